package org.align4j.algorithms.mutation;

import static com.google.common.base.Preconditions.checkState;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Changes one operator, mask, ddof or epsilon of the estimators and losses at a time, and runs
 * their tests: {@code bench/mutate}. Not part of the build (its name is no test's). Each mutant is
 * compiled in memory and loaded apart, so ND4J starts once.
 */
class MutationCheck {

  private static final String ROOT = "org.align4j.algorithms.";
  private static final double SHARE_TO_KILL = 0.93;

  /** Tests of each package, the fastest first. */
  private static final Map<String, List<String>> TESTS =
      Map.of(
          "kl", List.of("kl.KlTest", "loss.SurrogatesTest"),
          "advantage",
              List.of(
                  "advantage.EstimatorsTest",
                  "advantage.MultiTurnTest",
                  "advantage.ExperienceTest",
                  "advantage.estimator.GdpoTest"),
          "estimator",
              List.of(
                  "advantage.EstimatorsTest",
                  "advantage.MultiTurnTest",
                  "advantage.estimator.GdpoTest",
                  "advantage.estimator.MaxRlTest",
                  "advantage.estimator.TeacherAdvantageTest"),
          "loss",
              List.of(
                  "loss.OtherLossesTest",
                  "loss.SurrogatesTest",
                  "loss.PolicyObjectiveTest",
                  "loss.EntropyTermsTest",
                  "loss.AggregationWeightsTest",
                  "loss.MissingInputsTest",
                  "loss.SurrogateOptionsTest",
                  "loss.PolicyLossInputsTest",
                  "loss.PolicyLossSettingsTest"),
          "surrogate",
              List.of("loss.SurrogatesTest", "loss.PolicyObjectiveTest", "loss.RatioLimitTest"),
          "preference", List.of("loss.OtherLossesTest", "loss.PairNeighboursTest"),
          "offpolicy", List.of("offpolicy.OffPolicyWeightsTest"),
          "shaping", List.of("reward.shaping.ShapingTest"),
          "convention",
              List.of(
                  "convention.DocumentsTest",
                  "kl.KlTest",
                  "advantage.EstimatorsTest",
                  "loss.PolicyObjectiveTest"),
          "tensor",
              List.of(
                  "reward.shaping.ShapingTest",
                  "loss.OtherLossesTest",
                  "advantage.EstimatorsTest"));

  private static final List<String> SHAPING =
      List.of(
          "ScoreNormalizer", "LengthPenalty", "TruncationPenalty", "ScoreShaping", "SpreadFilter");

  private final ExecutorService worker =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

  @Test
  void testsKillMutants() throws IOException {
    List<Mutant> mutants = mutants();
    int killed = 0;
    int invalid = 0;
    List<String> survivors = new ArrayList<>();
    for (Mutant mutant : mutants) {
      Map<String, byte[]> classes = compile(mutant);
      String where = mutant.file().getFileName() + ":" + mutant.line() + " " + mutant.change();
      if (classes.isEmpty()) {
        invalid++;
        continue;
      }
      String killer = killer(mutant, classes);
      if (killer.isEmpty()) {
        survivors.add(where);
        System.out.println("SURVIVED " + where);
      } else {
        killed++;
        System.out.println("killed   " + where + " by " + killer);
      }
    }
    int valid = mutants.size() - invalid;
    survivors.forEach(survivor -> System.out.println("survivor: " + survivor));
    System.out.printf(
        "%d mutants, %d killed (%.1f %%), %d survived%n",
        valid, killed, 100.0 * killed / valid, survivors.size());
    assertThat((double) killed / valid).isGreaterThanOrEqualTo(SHARE_TO_KILL);
  }

  private static List<Mutant> mutants() throws IOException {
    String only = System.getProperty("align4j.mutate", "");
    List<Path> folders = new ArrayList<>();
    for (String name :
        List.of(
            "kl",
            "advantage",
            "advantage/estimator",
            "loss",
            "loss/surrogate",
            "loss/preference",
            "offpolicy",
            "convention",
            "reward/shaping")) {
      folders.add(Path.of("src/main/java/org/align4j/algorithms", name));
    }
    folders.add(Path.of("../core/src/main/java/org/align4j/core/tensor"));
    List<Mutant> mutants = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          boolean ours =
              switch (folder.getFileName().toString()) {
                case "shaping" -> SHAPING.contains(name);
                case "tensor" -> name.equals("Masked");
                default -> true;
              };
          if (ours && name.matches(only.isEmpty() ? ".*" : only)) {
            mutants.addAll(Mutant.of(file, Files.readString(file)));
          }
        }
      }
    }
    return mutants;
  }

  /** The first test class that fails, or an empty string. */
  private String killer(Mutant mutant, Map<String, byte[]> classes) {
    String folder = mutant.file().getParent().getFileName().toString();
    for (String name : TESTS.getOrDefault(folder, List.of())) {
      Future<Boolean> run = worker.submit(() -> passes(ROOT + name, classes));
      try {
        if (!run.get(120, TimeUnit.SECONDS)) {
          return name;
        }
      } catch (TimeoutException e) {
        run.cancel(true);
        return name + " (timeout)";
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException("cannot run " + name, e);
      }
    }
    return "";
  }

  private static boolean passes(String test, Map<String, byte[]> classes) throws Exception {
    ClassLoader loader = new MutantLoader(classes);
    Thread.currentThread().setContextClassLoader(loader);
    Class<?> tests = loader.loadClass(test);
    // Method by method, so that the first failure ends it; those over everything kill the most.
    List<String> methods =
        Arrays.stream(tests.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(Method::getName)
            .sorted(Comparator.comparing((String name) -> !name.startsWith("every")))
            .toList();
    for (String method : methods) {
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(DiscoverySelectors.selectMethod(tests, method))
              .build();
      LauncherFactory.create().execute(request, listener);
      if (listener.getSummary().getTotalFailureCount() > 0) {
        return false;
      }
      checkState(listener.getSummary().getTestsFoundCount() == 1, "%s did not run", method);
    }
    return true;
  }

  /** Loads this project's classes anew, mutated ones from memory; all else from its parent. */
  private static final class MutantLoader extends ClassLoader {
    private final Map<String, byte[]> mutated;

    MutantLoader(Map<String, byte[]> mutated) {
      super(MutationCheck.class.getClassLoader());
      this.mutated = mutated;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        if (!name.startsWith(ROOT) && !name.startsWith("org.align4j.core.tensor.Masked")) {
          return super.loadClass(name, resolve);
        }
        byte[] bytes = mutated.get(name);
        if (bytes == null) {
          try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
              throw new ClassNotFoundException(name);
            }
            bytes = in.readAllBytes();
          } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
          }
        }
        return defineClass(name, bytes, 0, bytes.length);
      }
    }
  }

  /** Classes of a mutant by name; none where it does not compile. */
  private static Map<String, byte[]> compile(Mutant mutant) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> outputs = new HashMap<>();
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    JavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///" + mutant.file().getFileName()), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return mutant.source();
          }
        };
    JavaFileManager files =
        new ForwardingJavaFileManager<>(compiler.getStandardFileManager(d -> {}, null, null)) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(
                URI.create("mem:///" + name.replace('.', '/') + ".class"), kind) {
              @Override
              public OutputStream openOutputStream() {
                return outputs.computeIfAbsent(name, _ -> new ByteArrayOutputStream());
              }
            };
          }
        };
    boolean compiled =
        compiler
            .getTask(
                Writer.nullWriter(),
                files,
                d -> {},
                List.of("-proc:none", "-nowarn", "-cp", path),
                null,
                List.of(source))
            .call();
    Map<String, byte[]> classes = new HashMap<>();
    if (compiled) {
      outputs.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
    }
    return classes;
  }
}
