package org.align4j.cuda.check;

import java.util.Locale;
import org.align4j.cuda.check.kernel.FragmentCheck;
import org.align4j.cuda.check.kernel.KernelCheck;
import org.align4j.cuda.check.kernel.RowCheck;
import org.align4j.cuda.check.kernel.WgmmaCheck;
import org.align4j.cuda.check.model.LlamaShape;
import org.align4j.cuda.check.model.ModelCheck;
import org.align4j.cuda.check.speed.LaunchCheck;
import org.align4j.cuda.check.speed.SpeedCheck;

/** What is looked at, the most valuable first; each in a process and a time of its own. */
enum Section {
  DEVICE(20, DeviceCheck::run),
  LOAD(60, LoadCheck::run),
  KERNELS(120, KernelCheck::run),
  FRAGMENTS(30, FragmentCheck::run),
  ROWS(45, RowCheck::run),
  SPEED(90, SpeedCheck::run),
  WGMMA(30, WgmmaCheck::run),
  LAUNCH(20, LaunchCheck::run),
  SMOLLM2(60, (card, report) -> ModelCheck.run(card, report, LlamaShape.SMOLLM2_135M)),
  LLAMA1B(90, (card, report) -> ModelCheck.run(card, report, LlamaShape.LLAMA_1B)),
  LLAMA8B(150, (card, report) -> ModelCheck.run(card, report, LlamaShape.LLAMA_8B)),
  TORCH(60, TorchCheck::run),
  SANITIZER(150, SanitizerCheck::run);

  private final int seconds;

  @SuppressWarnings("ImmutableEnumChecker") // methods without state
  private final Work work;

  private interface Work {
    void run(Card card, Report report) throws Exception;
  }

  Section(int seconds, Work work) {
    this.seconds = seconds;
    this.work = work;
  }

  /** As on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The time that it may take. */
  int seconds() {
    return seconds;
  }

  /** Looks. */
  void run(Card card, Report report) throws Exception {
    work.run(card, report);
  }
}
