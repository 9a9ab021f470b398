package org.align4j.cuda.driver;

import org.align4j.core.runtime.UnavailableException;

/**
 * No GPU can compute here, or not this: the message is one sentence that says why and what to do.
 */
public final class CudaUnavailableException extends UnavailableException {

  private static final long serialVersionUID = 1;

  /** A reason with its remedy. */
  public CudaUnavailableException(String sentence) {
    super(sentence);
  }
}
