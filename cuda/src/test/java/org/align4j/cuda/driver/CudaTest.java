package org.align4j.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import org.align4j.cuda.driver.Probe.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every reason why there is no GPU is one sentence with a remedy. */
final class CudaTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devices=0       | NO_DEVICE     | shows no GPU",
        "driver=11030    | OLD_DRIVER    | The driver is for CUDA 11.3, 11.4 is needed",
        "init=802        | BROKEN_DRIVER | CUDA_ERROR_SYSTEM_NOT_READY (802)",
        "capability=75   | OLD_DEVICE    | emulated GPU has compute capability 7.5, 8.0 (Ampere)"
      })
  void aReasonIsOneSentenceWithARemedy(String settings, Reason reason, String says) {
    assertThat(Probes.driver().probe(settings))
        .isInstanceOfSatisfying(
            Probe.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.sentence())
                  .contains(says)
                  .endsWith("use --engine plan.")
                  .doesNotContain("\n");
            });
  }

  @Test
  void aGpuThatWillDoIsDescribed() {
    assertThat(Probes.driver().probe("capability=120,memory=1000000000,driver=12080"))
        .asInstanceOf(type(Probe.Ready.class))
        .extracting(Probe.Ready::device)
        .isEqualTo(new DeviceProperties("emulated GPU", 12, 0, 2, 1_000_000_000, 12080));
  }

  @Test
  void aMissingDriverFileIsNamed() {
    assertThatThrownBy(() -> DriverLibrary.at("/nowhere/libcuda.so.1"))
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessageContaining("ALIGN4J_CUDA_DRIVER names /nowhere/libcuda.so.1")
        .hasMessageContaining("unset it");
  }

  /** The mathematical library has no function of a driver. */
  @Test
  void aDriverWithoutAFunctionIsTooOld() {
    assertThat(Cuda.probe(DriverLibrary.at("libm.so.6")))
        .asInstanceOf(type(Probe.Refused.class))
        .satisfies(refused -> {
          assertThat(refused.reason()).isEqualTo(Reason.OLD_DRIVER);
          assertThat(refused.sentence()).contains("has no cuDriverGetVersion");
        });
  }

  @Test
  void openingWhatIsNotThereSaysTheSentence() {
    assertThatThrownBy(() -> Probes.driver().open("devices=0"))
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessageStartingWith("The CUDA driver shows no GPU");
  }

  @Test
  void aJobThatDoesNotFitIsToldBothFigures() {
    try (NativeDevice device = Probes.driver().open("memory=" + (3L << 30))) {
      Cuda.requireMemory(device, 2L << 30);
      assertThatThrownBy(() -> Cuda.requireMemory(device, 5L << 30))
          .isInstanceOf(CudaUnavailableException.class)
          .hasMessageStartingWith(
              "The job takes 5.0 GiB of GPU memory, 3.0 GiB of the 3.0 GiB of emulated GPU are"
                  + " free:");
    }
  }
}
