package org.align4j.spark.link;

import java.io.Serializable;

/**
 * How the machines of a run reach one another.
 *
 * @param secret that whoever connects must know
 * @param port the first that is tried; 0 for any
 * @param portTries ports tried after the first
 * @param timeoutSeconds after which whoever says nothing counts as lost
 */
public record Link(byte[] secret, int port, int portTries, int timeoutSeconds)
    implements Serializable {

  int timeoutMillis() {
    return Math.multiplyExact(timeoutSeconds, 1000);
  }
}
