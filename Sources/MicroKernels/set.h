// All loops of one set, under the name SET.

#include "vector.h"
#include "products.h"
#include "attention.h"
#include "winograd.h"
#include "rows.h"
#include "resize.h"
#include "cells.h"
#if HAS_BFLOAT
#include "pairs.h"
#include "pair_attention.h"
#endif
#if HAS_MATRIX
#include "matrix.h"
#endif

#define JOINED(a, b) a##b
#define TABLE(name) JOINED(mk_set_, name)
#define TEXT(name) #name
#define NAME(name) TEXT(name)

const mk_set TABLE(SET) = {
  .name = NAME(SET),
  .lanes = LANES,
  .floats = {.tile32 = tile32, .tile16 = tile16, .tile8 = tile8},
  .finish = finish,
  .gate = gate,
  .winograd_input = winograd_input,
  .winograd_weight = winograd_weight,
  .winograd_weight_half = winograd_weight_half,
  .winograd_output = winograd_output,
  .activate = activate,
  .add = add,
  .add_scaled = add_scaled,
  .larger = larger,
  .scale = scale,
  .clamp = clamp,
  .scale_channels = scale_channels,
  .geglu = geglu,
  .moments = moments,
  .layer_norm = layer_norm,
  .unit_rows = unit_rows,
  .maximum = maximum,
  .exponentiate = exponentiate,
  .masked_mean = masked_mean,
  .depthwise = depthwise,
  .sum_triples = sum_triples,
  .finish_bytes = finish_bytes,
  .cell_gains = cell_gains,
  .cell_turn = cell_turn,
  .cell_costs = cell_costs,
  .widen_half = widen_half,
  .widen_bfloat = widen_bfloat,
#if HAS_BFLOAT
  .pairs = {.tall32 = tall_pairs32, .tile32 = pairs32, .tile16 = pairs16, .tile8 = pairs8},
  .round_pairs = round_pairs,
  .join_pairs = join_pairs,
  .scale_pairs = scale_pairs,
  .finish_gated = finish_gated,
  .widen_pairs = widen_pairs,
  .exponentiate_pairs = exponentiate_pairs,
  .pair_attention =
    {.enter = attend_enter_pairs, .score = attend_score_pairs, .weigh = attend_weigh_pairs, .mix = attend_mix_pairs, .leave = attend_leave},
#endif
#if HAS_MATRIX
  .matrix = matrix,
#endif
  .attention =
    {.enter = attend_enter, .score = attend_score, .weigh = attend_weigh, .mix = attend_mix, .leave = attend_leave},
};
