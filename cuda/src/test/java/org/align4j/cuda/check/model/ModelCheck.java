package org.align4j.cuda.check.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.align4j.core.engine.FrozenWeights;
import org.align4j.core.engine.Network;
import org.align4j.core.engine.Optimiser;
import org.align4j.core.optim.AdamWSettings;
import org.align4j.core.runtime.Precision;
import org.align4j.core.runtime.Resources;
import org.align4j.core.tensor.Parameters;
import org.align4j.cuda.check.Card;
import org.align4j.cuda.check.Report;
import org.align4j.cuda.engine.CudaEngine;
import org.align4j.cuda.engine.run.Gpu;

/** Training, scoring and sampling of a whole model through the engine. */
public final class ModelCheck {

  /** Bytes of the card that the largest job is to fit into. */
  private static final double CARD_AIM = 80e9;

  private final Card card;
  private final Report report;
  private final LlamaShape shape;
  private final CudaEngine engine;
  private final long free;
  private double most;

  private ModelCheck(Card card, Report report, LlamaShape shape) {
    this.card = card;
    this.report = report;
    this.shape = card.small() ? shape.small() : shape;
    this.free = card.device().freeMemory();
    Gpu gpu = new Gpu(card.device());
    this.engine = new CudaEngine(() -> gpu);
  }

  /** Looks. */
  public static void run(Card card, Report report, LlamaShape shape) {
    new ModelCheck(card, report, shape).run();
  }

  private void run() {
    try (RandomWeights weights = new RandomWeights(shape)) {
      if (shape.hasAdapter()) {
        adapted(weights);
      } else {
        for (Precision precision : Precision.values()) {
          report.attempt(
              precision.label(),
              () -> {
                Resources resources = Resources.shared().with(precision);
                Parameters parameters = weights.trained(shape);
                try (Network network = engine.create(shape, parameters, resources)) {
                  whole(network, precision);
                }
              });
        }
      }
    }
    memory();
  }

  /** The base is copied once for both precisions. */
  private void adapted(RandomWeights weights) {
    report.attempt(
        "frozen base",
        () -> {
          Resources shared = Resources.shared();
          try (FrozenWeights frozen = engine.freeze(weights.frozen(shape), shared)) {
            for (Precision precision : new Precision[] {Precision.BF16, Precision.FP32}) {
              report.attempt(
                  precision.label(),
                  () -> {
                    Resources resources = shared.with(precision);
                    Parameters trained = weights.trained(shape);
                    try (Network network = engine.create(shape, trained, frozen, resources)) {
                      whole(network, precision);
                    }
                  });
            }
          }
        });
  }

  private void whole(Network network, Precision precision) {
    watch();
    Trainer trainer = new Trainer(card, report, shape, precision, this::watch);
    Sampler sampler = new Sampler(card, report, shape, precision, this::watch);
    report.attempt(precision.label() + " scoring", () -> trainer.score(network));
    report.attempt(precision.label() + " sampling", () -> sampler.run(network));
    report.attempt(
        precision.label() + " training",
        () -> {
          try (Optimiser optimiser = network.optimiser(AdamWSettings.DEFAULT, List.of())) {
            trainer.train(network, optimiser);
          }
        });
  }

  private void watch() {
    most = Math.max(most, (double) free - card.device().freeMemory());
  }

  private void memory() {
    String text =
        String.format(
            Locale.ROOT,
            "%.1f GB at most: weights, gradients, moments, activations, cache of 64 sequences%s",
            most / 1e9,
            shape.hasAdapter() ? " (aim: 80 GB)" : "");
    Map<String, ?> figures = Map.of("bytes", most);
    if (shape.hasAdapter()) {
      report.aim(most > 0 && most <= CARD_AIM, shape.label() + " memory", text, figures);
    } else {
      report.figure(shape.label() + " memory", text, figures);
    }
  }
}
