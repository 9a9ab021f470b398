package org.align4j.algorithms.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a registered class is told with its name, whatever the loader throws. */
final class ServicesTest {

  @TempDir private Path folder;

  /** The extension point. */
  public interface Thing extends Named {}

  /** A good one. */
  public static final class Good implements Thing {
    @Override
    public String name() {
      return "good";
    }
  }

  /** Its constructor throws. */
  public static final class Throwing implements Thing {
    public Throwing() {
      throw new IllegalStateException("no key in the environment");
    }

    @Override
    public String name() {
      return "throwing";
    }
  }

  /** It cannot be made without an argument. */
  public record Asking(String name) implements Thing {}

  /** It has no name. */
  public static final class Nameless implements Thing {
    @Override
    @SuppressWarnings("NullAway") // what a user's class may do
    public String name() {
      return null;
    }
  }

  private Registry<Thing> registry(String registered) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Thing.class.getName()), registered + "\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ServicesTest.class.getClassLoader())) {
      thread.setContextClassLoader(loader);
      return Registry.load("thing", Thing.class);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void aRegisteredClassIsFoundByItsName() throws IOException {
    assertThat(registry(Good.class.getName()).names()).containsExactly("good");
  }

  @Test
  void aConstructorThatThrowsIsToldWithTheClassAndTheCause() {
    assertThatThrownBy(() -> registry(Throwing.class.getName()))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining("thing: Provider " + Throwing.class.getName())
        .hasMessageContaining("no key in the environment")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClassThatCannotBeMadeOrIsNotThereIsRefused() {
    assertThatThrownBy(() -> registry(Asking.class.getName()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Asking.class.getName())
        .hasMessageContaining("without arguments");
    assertThatThrownBy(() -> registry("no.such.Thing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Provider no.such.Thing not found");
  }

  @Test
  void aClassWithoutANameIsTold() {
    assertThatThrownBy(() -> registry(Nameless.class.getName()))
        .isInstanceOf(ExtensionException.class)
        .hasMessageContaining(Nameless.class.getName() + " answered null");
  }

  /** Bytes 6 and 7 of a class file are its major version; 99 is of a Java to come. */
  @Test
  void aClassCompiledForANewerJavaIsRefusedWithTheRemedy() throws IOException {
    String name = Good.class.getName();
    byte[] bytes;
    try (InputStream in =
        Good.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
      bytes = in == null ? new byte[8] : in.readAllBytes();
    }
    bytes[6] = 0;
    bytes[7] = 99;
    Path file = folder.resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(file.resolveSibling("."));
    Files.write(file, bytes);
    ClassLoader parent = ServicesTest.class.getClassLoader();
    Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(folder.resolve("META-INF/services/" + Thing.class.getName()), name + "\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // Asks its own folder first for this one class, as for a class that only the user has.
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, parent) {
          @Override
          protected Class<?> loadClass(String asked, boolean resolve)
              throws ClassNotFoundException {
            return asked.equals(name) ? findClass(asked) : super.loadClass(asked, resolve);
          }
        }) {
      thread.setContextClassLoader(loader);
      assertThatThrownBy(() -> Registry.load("thing", Thing.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("more recent version of the Java Runtime")
          .hasMessageContaining("compile it with --release");
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
