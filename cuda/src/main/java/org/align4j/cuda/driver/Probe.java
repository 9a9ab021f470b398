package org.align4j.cuda.driver;

/** What {@link Cuda#probe} found. */
public sealed interface Probe {

  /** A GPU that kernels can run on. */
  record Ready(DeviceProperties device) implements Probe {}

  /**
   * None.
   *
   * @param reason which case it is
   * @param sentence why, and what to do
   */
  record Refused(Reason reason, String sentence) implements Probe {}

  /** Why there is no GPU to compute on. */
  enum Reason {
    /** The driver's library is not there. */
    NO_DRIVER,
    /** The driver does not know what the kernels or the engine need. */
    OLD_DRIVER,
    /** The driver is there but does not start. */
    BROKEN_DRIVER,
    /** The driver shows no GPU. */
    NO_DEVICE,
    /** The GPU is older than Ampere. */
    OLD_DEVICE
  }
}
