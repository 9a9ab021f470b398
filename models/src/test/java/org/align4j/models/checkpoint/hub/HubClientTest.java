package org.align4j.models.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HubClientTest {

  private static final int SIZE = 300_000;

  @TempDir Path temporary;

  private FakeHub hub;
  private final byte[] weights = new byte[SIZE];

  HubClientTest() throws IOException {
    hub = new FakeHub();
  }

  @BeforeEach
  void fill() {
    new Random(1).nextBytes(weights);
    hub.files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("model.safetensors", weights);
    hub.files.put("pytorch_model.bin", new byte[9]);
    hub.files.put("onnx/model.safetensors", new byte[9]);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void aModelArrivesWithWhatIsReadOfIt() throws IOException {
    Path folder = temporary.resolve("model");
    client().download("owner/model", "main", folder);
    assertThat(names(folder)).containsExactly("config.json", "model.safetensors");
    assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(weights);
    assertThat(names(temporary)).containsExactly("model");
  }

  @Test
  void aCutConnectionIsTakenUpWhereItEnded() throws IOException {
    hub.cutAfter = 130_000;
    Path folder = temporary.resolve("model");
    client().download("owner/model", "main", folder);
    assertThat(hub.cuts.get()).isEqualTo(2);
    assertThat(hub.ranges).hasSize(3).startsWith("bytes=0-").doesNotHaveDuplicates();
    assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(weights);
  }

  @Test
  void anInterruptedDownloadGoesOnInTheNextCall() throws IOException {
    hub.cutAfter = 10_000;
    Path folder = temporary.resolve("model");
    assertThatThrownBy(() -> client().download("owner/model", "main", folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("call it again");
    assertThat(folder).doesNotExist();
    hub.cutAfter = Integer.MAX_VALUE;
    int before = hub.ranges.size();
    client().download("owner/model", "main", folder);
    assertThat(hub.ranges.subList(before, hub.ranges.size())).hasSize(1).doesNotContain("bytes=0-");
    assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(weights);
  }

  @Test
  void aWrongChecksumIsNoticedAndNothingIsLeft() {
    hub.lying = true;
    Path folder = temporary.resolve("model");
    assertThatThrownBy(() -> client().download("owner/model", "main", folder))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("checksum");
    assertThat(folder).doesNotExist();
  }

  @Test
  void theTokenGoesToTheHubAlone() {
    new HubClient(hub.address(), Optional.of("secret"))
        .download("owner/model", "main", temporary.resolve("model"));
    assertThat(hub.tokens)
        .isNotEmpty()
        .allMatch(note -> note.endsWith(" Bearer secret") && !note.startsWith("/blob"));
  }

  @Test
  void whatTheHubDoesNotHaveIsNamed() {
    assertThatThrownBy(() -> client().download("owner/other", "main", temporary.resolve("m")))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("the hub has no owner/other at revision main");
    for (String name : List.of("other", "a/b/c", "../x", "a/..")) {
      assertThatThrownBy(() -> client().download(name, "main", temporary.resolve("m")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("owner/name");
    }
  }

  private HubClient client() {
    return new HubClient(hub.address(), Optional.empty());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return Arrays.asList(
          entries.map(entry -> entry.getFileName().toString()).sorted().toArray(String[]::new));
    }
  }
}
