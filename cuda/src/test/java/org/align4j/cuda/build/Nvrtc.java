package org.align4j.cuda.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** NVIDIA's compiler as a library, through the foreign-function API. It needs no GPU. */
final class Nvrtc {

  /** What a compilation gave. */
  record Compiled(byte[] code, String log) {}

  private final Linker linker = Linker.nativeLinker();
  private final Arena arena = Arena.ofShared();
  private final SymbolLookup library;

  /** The library in this folder or below. */
  Nvrtc(Path folder) throws IOException {
    Path compiler = null;
    List<Path> builtins = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = file.getFileName().toString();
        if (name.startsWith("libnvrtc-builtins.so")) {
          builtins.add(file);
        } else if (name.startsWith("libnvrtc.so")) {
          compiler = file;
        }
      }
    }
    if (compiler == null) {
      throw new IllegalArgumentException("no libnvrtc.so in " + folder + ": see resources.md");
    }
    // The compiler opens its builtins by name only: they have to be there already.
    builtins.forEach(file -> SymbolLookup.libraryLookup(file, arena));
    library = SymbolLookup.libraryLookup(compiler, arena);
  }

  /** As {@code 13.1}. */
  String version() {
    MemorySegment version = arena.allocate(JAVA_INT, 2);
    call("nvrtcVersion", version, version.asSlice(4));
    return version.get(JAVA_INT, 0) + "." + version.get(JAVA_INT, 4);
  }

  /**
   * Compiles one source.
   *
   * @param headers what it includes, by name
   * @param binary for machine code, else PTX
   */
  Compiled compile(
      String source, Map<String, String> headers, boolean binary, List<String> options) {
    try (Arena own = Arena.ofConfined()) {
      MemorySegment handle = own.allocate(ADDRESS);
      MemorySegment names = own.allocate(ADDRESS, headers.size());
      MemorySegment texts = own.allocate(ADDRESS, headers.size());
      int h = 0;
      for (Map.Entry<String, String> header : headers.entrySet()) {
        names.setAtIndex(ADDRESS, h, own.allocateFrom(header.getKey()));
        texts.setAtIndex(ADDRESS, h++, own.allocateFrom(header.getValue()));
      }
      call(
          "nvrtcCreateProgram",
          handle,
          own.allocateFrom(source),
          own.allocateFrom("kernels.cu"),
          headers.size(),
          texts,
          names);
      MemorySegment program = handle.get(ADDRESS, 0);
      MemorySegment list = own.allocate(ADDRESS, options.size());
      for (int i = 0; i < options.size(); i++) {
        list.setAtIndex(ADDRESS, i, own.allocateFrom(options.get(i)));
      }
      int result = invoke("nvrtcCompileProgram", program, options.size(), list);
      String log =
          new String(result(own, program, "ProgramLog"), StandardCharsets.UTF_8).replace("\0", "");
      if (result != 0) {
        throw new IllegalStateException("kernels do not compile: " + text(result) + "\n" + log);
      }
      byte[] code = result(own, program, binary ? "CUBIN" : "PTX");
      call("nvrtcDestroyProgram", handle);
      return new Compiled(code, log);
    }
  }

  private byte[] result(Arena own, MemorySegment program, String what) {
    MemorySegment size = own.allocate(JAVA_LONG);
    call("nvrtcGet" + what + "Size", program, size);
    MemorySegment bytes = own.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
    call("nvrtcGet" + what, program, bytes);
    return bytes.asSlice(0, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
  }

  private void call(String name, Object... arguments) {
    int result = invoke(name, arguments);
    if (result != 0) {
      throw new IllegalStateException(name + ": " + text(result));
    }
  }

  private int invoke(String name, Object... arguments) {
    ValueLayout[] layouts = new ValueLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
    }
    try {
      return (int)
          linker
              .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, layouts))
              .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  private String text(int result) {
    try {
      MemorySegment text =
          (MemorySegment)
              linker
                  .downcallHandle(
                      library.findOrThrow("nvrtcGetErrorString"),
                      FunctionDescriptor.of(ADDRESS, JAVA_INT))
                  .invokeExact(result);
      return text.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException("error " + result, e);
    }
  }
}
