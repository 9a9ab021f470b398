package org.align4j.bench.cli;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Jars of the user, in which estimators, losses and rewards are looked for. */
final class UserClasspath {

  private UserClasspath() {}

  /** The places a class path names; each must exist. */
  static List<URL> urls(String classpath) throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : classpath.split(File.pathSeparator)) {
      Path path = Path.of(entry);
      Checks.that(Files.exists(path), "--classpath: %s does not exist".formatted(path));
      urls.add(path.toUri().toURL());
    }
    return urls;
  }

  /** From here on services are also looked for in these places. */
  static void use(List<URL> urls) {
    Thread thread = Thread.currentThread();
    thread.setContextClassLoader(
        new URLClassLoader("user", urls.toArray(URL[]::new), UserClasspath.class.getClassLoader()));
  }
}
