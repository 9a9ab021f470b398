package org.align4j.models.checkpoint.hub;

import java.io.IOException;

/** An answer of a hub, or of the network, that trying again at once does not mend. */
final class HubFailure extends IOException {

  private static final long serialVersionUID = 1;

  HubFailure(String sentence) {
    super(sentence);
  }

  HubFailure(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
