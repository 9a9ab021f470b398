package org.align4j.cuda.ptx;

import java.util.Locale;

/** What a kernel did that a device would punish, or would not notice; or PTX that is not known. */
public final class PtxFault extends RuntimeException {

  PtxFault(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }

  PtxFault(String message, PtxFault cause) {
    super(message, cause);
  }
}
