package org.align4j.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A function of the driver. Pointers and handles are longs, which need no object; the handles of
 * the shapes are constants, so that a call costs what a call of C costs.
 */
final class Entry {

  private static final MethodHandle I = shape(JAVA_INT);
  private static final MethodHandle L = shape(JAVA_LONG);
  private static final MethodHandle IL = shape(JAVA_INT, JAVA_LONG);
  private static final MethodHandle LI = shape(JAVA_LONG, JAVA_INT);
  private static final MethodHandle LL = shape(JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LII = shape(JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle LIL = shape(JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle LLL = shape(JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LLLL = shape(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LILL = shape(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LLILL =
      shape(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LAUNCH =
      shape(
          JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
          JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private final String name;
  private final MemorySegment address;
  private final DriverLibrary library;

  Entry(String name, MemorySegment address, DriverLibrary library) {
    this.name = name;
    this.address = address;
    this.library = library;
  }

  private static MethodHandle shape(MemoryLayout... arguments) {
    return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
  }

  String name() {
    return name;
  }

  int status(int a) {
    try {
      return (int) I.invokeExact(address, a);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(long a) {
    try {
      return (int) L.invokeExact(address, a);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(int a, long b) {
    try {
      return (int) IL.invokeExact(address, a, b);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(long a, int b) {
    try {
      return (int) LI.invokeExact(address, a, b);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(long a, long b) {
    try {
      return (int) LL.invokeExact(address, a, b);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(long a, long b, long c) {
    try {
      return (int) LLL.invokeExact(address, a, b, c);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  int status(long a, long b, int c, long d, long e) {
    try {
      return (int) LLILL.invokeExact(address, a, b, c, d, e);
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  void run(int a) {
    check(status(a));
  }

  void run(long a) {
    check(status(a));
  }

  void run(long a, int b) {
    check(status(a, b));
  }

  void run(long a, long b) {
    check(status(a, b));
  }

  void run(long a, long b, long c) {
    check(status(a, b, c));
  }

  void run(long a, int b, int c) {
    try {
      check((int) LII.invokeExact(address, a, b, c));
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  void run(long a, int b, long c) {
    try {
      check((int) LIL.invokeExact(address, a, b, c));
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  void run(long a, long b, long c, long d) {
    try {
      check((int) LLLL.invokeExact(address, a, b, c, d));
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  void run(long a, int b, long c, long d) {
    try {
      check((int) LILL.invokeExact(address, a, b, c, d));
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  /** As {@code cuLaunchKernel}: blocks of one dimension. */
  void launch(
      long function, int x, int y, int z, int threads, int shared, long stream, long arguments) {
    try {
      check(
          (int)
              LAUNCH.invokeExact(
                  address, function, x, y, z, threads, 1, 1, shared, stream, arguments, 0L));
    } catch (Throwable failure) {
      throw failed(failure);
    }
  }

  void check(int status) {
    if (status != 0) {
      throw library.error(name, status);
    }
  }

  private RuntimeException failed(Throwable failure) {
    return failure instanceof RuntimeException known
        ? known
        : new IllegalStateException(name, failure);
  }
}
