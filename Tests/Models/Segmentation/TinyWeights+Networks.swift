import Models

extension TinyWeights {
  static func hed(seed: UInt64) throws -> Checkpoint {
    var weights = TinyWeights(seed: seed)
    weights.tensor("norm", [1, 3, 1, 1])
    var inputs = 3
    for (block, (width, count)) in [(4, 2), (4, 2), (8, 3), (8, 3), (8, 3)].enumerated() {
      for conv in 0..<count {
        weights.weight("block\(block + 1).convs.\(conv)", [width, inputs, 3, 3], bias: true)
        inputs = width
      }
      weights.weight("block\(block + 1).projection", [1, width, 1, 1], bias: true)
    }
    return try weights.checkpoint()
  }

  static func pidinet(seed: UInt64) throws -> Checkpoint {
    var weights = TinyWeights(seed: seed)
    weights.weight("init_block", [12, 3, 3, 3])
    var inputs = 12
    for (stage, width) in [12, 24, 36, 36].enumerated() {
      for block in 1...(stage == 0 ? 3 : 4) {
        let scope = "block\(stage + 1)_\(block)"
        weights.weight("\(scope).conv1", [inputs, 1, 3, 3])
        weights.weight("\(scope).conv2", [width, inputs, 1, 1])
        if stage > 0, block == 1 { weights.weight("\(scope).shortcut", [width, inputs, 1, 1], bias: true) }
        inputs = width
      }
      weights.weight("dilations.\(stage).conv1", [6, width, 1, 1], bias: true)
      for view in 1...4 { weights.weight("dilations.\(stage).conv2_\(view)", [6, 6, 3, 3]) }
      weights.weight("attentions.\(stage).conv1", [4, 6, 1, 1], bias: true)
      weights.weight("attentions.\(stage).conv2", [1, 4, 3, 3])
      weights.weight("conv_reduces.\(stage).conv", [1, 6, 1, 1], bias: true)
    }
    weights.weight("classifier", [1, 4, 1, 1], bias: true)
    return try weights.checkpoint()
  }

  static func hsnet(seed: UInt64) throws -> Checkpoint {
    var weights = TinyWeights(seed: seed)
    weights.resnet("backbone", outputs: [16, 16, 32, 32])
    for (name, inputs) in [
      ("encoder_layer4", 1), ("encoder_layer3", 1), ("encoder_layer2", 1), ("encoder_layer4to3", 8), ("encoder_layer3to2", 8),
    ] {
      for index in [0, 3, 6] {
        for plane in 1...2 {
          weights.weight("hpn_learner.\(name).\(index).conv\(plane)", [8, index == 0 ? inputs : 8, 3, 3], bias: true)
        }
        weights.norm("hpn_learner.\(name).\(index + 1)", 8, isBatch: false)
      }
    }
    for (name, outputs) in [("decoder1", 8), ("decoder2", 2)] {
      weights.weight("hpn_learner.\(name).0", [8, 8, 3, 3], bias: true)
      weights.weight("hpn_learner.\(name).2", [outputs, 8, 3, 3], bias: true)
    }
    return try weights.checkpoint()
  }

  /// Made for one or three supports.
  static func bam(seed: UInt64) throws -> Checkpoint {
    var weights = TinyWeights(seed: seed)
    weights.resnet(outputs: [16, 16, 32, 32])
    for level in 0..<4 {
      weights.weight("learner_base.0.features.\(level).1", [4, 32, 1, 1])
      weights.norm("learner_base.0.features.\(level).2", 4, isBatch: true)
    }
    weights.weight("learner_base.1.0", [8, 48, 3, 3])
    weights.norm("learner_base.1.1", 8, isBatch: true)
    weights.weight("learner_base.1.4", [5, 8, 1, 1], bias: true)
    for name in ["down_query.0", "down_supp.0"] { weights.weight(name, [8, 48, 1, 1]) }
    weights.weight("init_merge.0", [8, 17, 1, 1])
    for (view, kernel) in [1, 1, 3, 3, 3].enumerated() {
      weights.weight("ASPP_meta.layer6_\(view).0", [8, 8, kernel, kernel], bias: true)
    }
    weights.weight("res1_meta.0", [8, 40, 1, 1])
    for name in ["res2_meta.0", "res2_meta.2", "cls_meta.0"] { weights.weight(name, [8, 8, 3, 3]) }
    weights.weight("cls_meta.3", [2, 8, 1, 1], bias: true)
    for name in ["gram_merge", "cls_merge"] { weights.weight(name, [1, 2, 1, 1]) }
    weights.weight("kshot_rw.0", [2, 3, 1, 1], bias: true)
    weights.weight("kshot_rw.2", [3, 2, 1, 1], bias: true)
    return try weights.checkpoint()
  }
}
