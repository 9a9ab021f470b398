package org.align4j.bench.cli.console;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.align4j.algorithms.advantage.AdvantageEstimator;
import org.align4j.algorithms.kl.KlEstimator;
import org.align4j.algorithms.loss.PolicyLoss;
import org.align4j.algorithms.reward.Reward;
import org.align4j.models.transformer.Family;

/** Jars of the user, in which estimators, losses, rewards and model families are looked for. */
public final class UserClasspath {

  /** Name of the loader of the user's classes: their frames of a stack trace have it. */
  static final String LOADER = "user";

  private static final ImmutableList<String> SERVICES =
      ImmutableList.of(
          "META-INF/services/" + Reward.class.getName(),
          "META-INF/services/" + AdvantageEstimator.class.getName(),
          "META-INF/services/" + PolicyLoss.class.getName(),
          "META-INF/services/" + KlEstimator.class.getName(),
          "META-INF/services/" + Family.class.getName());

  private UserClasspath() {}

  /** The places a class path names; each must exist, and one of them register a class. */
  public static List<URL> urls(String classpath) throws IOException {
    List<URL> urls = new ArrayList<>();
    boolean registered = false;
    for (String entry : Splitter.on(File.pathSeparator).omitEmptyStrings().split(classpath)) {
      Path path = Path.of(entry);
      OptionChecks.that(Files.exists(path), "--classpath: %s does not exist".formatted(path));
      registered |= Files.isDirectory(path) ? registersInFolder(path) : registersInJar(path);
      urls.add(path.toUri().toURL());
    }
    OptionChecks.that(
        registered,
        "--classpath %s: nothing is registered there: a class is found by a line with its name in %s"
            .formatted(classpath, String.join(", ", SERVICES)));
    return urls;
  }

  private static boolean registersInFolder(Path folder) {
    return SERVICES.stream().anyMatch(service -> Files.exists(folder.resolve(service)));
  }

  private static boolean registersInJar(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return SERVICES.stream().anyMatch(service -> zip.getEntry(service) != null);
    } catch (ZipException e) {
      throw new UsageException(
          "--classpath: %s is not a jar (%s): pass jars or folders of classes"
              .formatted(jar, e.getMessage()),
          e);
    }
  }

  /** From here on services are also looked for in these places. */
  public static void use(List<URL> urls) {
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(
        new URLClassLoader(LOADER, urls.toArray(URL[]::new), UserClasspath.class.getClassLoader()));
  }
}
