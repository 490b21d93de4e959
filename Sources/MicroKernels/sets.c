#include "MicroKernels.h"
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern const mk_set mk_set_plain;
#if defined(__x86_64__)
extern const mk_set mk_set_avx2, mk_set_avx512, mk_set_avx512bf16, mk_set_amx;
static const mk_set *const sets[] = {&mk_set_plain, &mk_set_avx2, &mk_set_avx512, &mk_set_avx512bf16, &mk_set_amx};
#else
static const mk_set *const sets[] = {&mk_set_plain};
#endif

const mk_set *const *mk_sets(size_t *count) {
  *count = sizeof sets / sizeof sets[0];
  return sets;
}

#if defined(__x86_64__)
/// Whether the operating system gives this process the matrix registers: on Linux they are asked for, once for all of its threads.
static bool takes_matrix_registers(void) {
#if defined(__linux__)
  enum { request_component = 0x1023, tile_data = 18 };
  return syscall(SYS_arch_prctl, request_component, tile_data) == 0;
#else
  return false;
#endif
}
#endif

bool mk_is_available(const mk_set *set) {
#if defined(__x86_64__)
  // Also asks whether the operating system saves the registers.
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
    && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (set == &mk_set_avx2) return has_avx2;
  if (set == &mk_set_avx512) return has_avx512;
  const bool has_bfloat = has_avx512 && __builtin_cpu_supports("avx512bf16");
  if (set == &mk_set_avx512bf16) return has_bfloat;
  if (set == &mk_set_amx) {
    return has_bfloat && __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") && takes_matrix_registers();
  }
#endif
  return set == &mk_set_plain;
}
