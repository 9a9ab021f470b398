package org.align4j.cuda.driver;

/** The driver refused a call, or work that was asked for before went wrong. */
public final class CudaException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int code;

  CudaException(String function, int code, String name) {
    this(function, code, name, "");
  }

  CudaException(String function, int code, String name, String detail) {
    super(
        function
            + ": "
            + name
            + " ("
            + code
            + ")"
            + (detail.isBlank() ? "" : ": " + detail.strip())
            + remedy(code));
    this.code = code;
  }

  /** CUDA's number of the error. */
  public int code() {
    return code;
  }

  private static String remedy(int code) {
    return switch (code) {
      case 2 -> ": the GPU's memory is used up; take a smaller batch or model";
      case 4 -> ": the driver is shutting down";
      case 200, 209 -> ": the kernels are not for this GPU";
      case 218 -> ": the kernels' PTX does not assemble";
      case 221 -> ": the driver lacks its PTX compiler (libnvidia-ptxjitcompiler); install it";
      case 222 -> ": the driver is too old for the kernels' PTX; install a newer one";
      case 700, 716, 717, 718, 719 ->
          ": a kernel went wrong, the GPU's work of this process is lost; start again with"
              + " CUDA_LAUNCH_BLOCKING=1 or under compute-sanitizer to see which";
      case 802, 803, 999 -> ": see what nvidia-smi says; a restart of the machine may be needed";
      default -> "";
    };
  }
}
