package org.align4j.core.runtime;

/**
 * This machine cannot run what was asked for: it lacks a device, a driver, a library or room. The
 * message is one sentence that says what, and what to do.
 */
public class UnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String sentence;

  /** What is missing, and the remedy. */
  public UnavailableException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  /** What is missing, and the remedy. */
  public String sentence() {
    return sentence;
  }
}
