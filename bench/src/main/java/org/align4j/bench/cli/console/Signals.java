package org.align4j.bench.cli.console;

import java.util.concurrent.atomic.AtomicInteger;
import org.align4j.algorithms.run.StopSignal;
import sun.misc.Signal;

/**
 * Ctrl-C and SIGTERM during a run: the first asks it to stop after the step at hand, a second one
 * ends the process at once.
 */
public final class Signals implements StopSignal {

  private static final int SIGNAL_EXIT = 128;

  private final Console console;
  private final AtomicInteger received = new AtomicInteger();

  private Signals(Console console) {
    this.console = console;
  }

  /** From now on signals are the run's. */
  public static Signals install(Console console) {
    Signals signals = new Signals(console);
    for (String name : new String[] {"INT", "TERM"}) {
      Signal.handle(new Signal(name), signals::onSignal);
    }
    return signals;
  }

  private void onSignal(Signal signal) {
    int code = SIGNAL_EXIT + signal.getNumber();
    if (!received.compareAndSet(0, code)) {
      Runtime.getRuntime().halt(code);
    }
    console.log().println();
    console
        .log()
        .println("Stopping after this step; once more ends at once, without what was not saved.");
  }

  @Override
  public boolean requested() {
    return received.get() != 0;
  }

  /** 130 after Ctrl-C, 143 after SIGTERM, 0 without a signal. */
  public int exitCode() {
    return received.get();
  }
}
