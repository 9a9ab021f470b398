package org.align4j.cuda.check.model;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dense float32 arrays over memory of the caller's, with what an engine asks of parameters and
 * nothing else: ND4J itself, whose native library is larger than the whole check, is not loaded.
 */
final class FlatArray {

  private FlatArray() {}

  /** An array of this shape at an address. */
  static INDArray of(long address, long[] shape) {
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    DataBuffer data =
        proxy(
            DataBuffer.class,
            (method, arguments) -> {
              return switch (method) {
                case "address" -> address;
                case "length" -> length;
                default -> throw new UnsupportedOperationException(method);
              };
            });
    return proxy(
        INDArray.class,
        (method, arguments) -> {
          return switch (method) {
            case "data" -> data;
            case "shape" -> shape.clone();
            case "size" -> shape[(Integer) arguments[0]];
            case "rank" -> shape.length;
            case "length" -> length;
            case "offset" -> 0L;
            case "elementWiseStride" -> 1;
            case "ordering" -> 'c';
            case "dataType" -> DataType.FLOAT;
            case "isView", "wasClosed" -> false;
            case "close" -> length; // the memory is the caller's
            default -> throw new UnsupportedOperationException(method);
          };
        });
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answer(answer, self, method, arguments)));
  }

  private static Object answer(Answer answer, Object self, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "array of the check";
      default -> answer.to(method.getName(), arguments);
    };
  }
}
