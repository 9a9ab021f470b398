package org.align4j.spark.link;

/** Another machine did not answer: the task is to be tried again. */
public final class PeerLostException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public PeerLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
