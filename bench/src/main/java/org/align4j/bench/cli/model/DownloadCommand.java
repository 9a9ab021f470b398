package org.align4j.bench.cli.model;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.align4j.bench.cli.console.Console;
import org.align4j.models.checkpoint.hub.HubClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a model by name. */
@Command(
    name = "download",
    mixinStandardHelpOptions = true,
    description =
        "Download a model from the Hugging Face hub. An interrupted download is resumed; sizes and checksums are checked. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are honoured.")
public final class DownloadCommand implements Callable<Integer> {

  private final Console console;

  @Parameters(index = "0", paramLabel = "OWNER/NAME", description = "Name of the model.")
  private String repository;

  @Option(
      names = "--revision",
      defaultValue = "main",
      description = "Branch, tag or commit (default: ${DEFAULT-VALUE}).")
  private String revision;

  @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "The new folder.")
  private Path out;

  @Option(
      names = "--token",
      defaultValue = "${env:HF_TOKEN}",
      description =
          "For models that need one (default: the environment's HF_TOKEN); sent to the hub only.")
  private @Nullable String token;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Another hub (default: the environment's HF_ENDPOINT, else the public one).",
      defaultValue = "${env:HF_ENDPOINT}")
  private @Nullable URI endpoint;

  public DownloadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    HubClient hub =
        new HubClient(
            endpoint == null ? HubClient.HUB : endpoint,
            Optional.ofNullable(token).filter(text -> !text.isEmpty()));
    hub.download(repository, revision, out);
    console.print("The model is in " + out);
    return 0;
  }
}
