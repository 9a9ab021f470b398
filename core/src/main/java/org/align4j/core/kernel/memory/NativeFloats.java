package org.align4j.core.kernel.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A run of float32 in native memory: an address and a length. Slices share the memory and are
 * checked when they are made; the view keeps its owner from being collected, but not from being
 * closed.
 */
public final class NativeFloats {

  private final Object owner;
  private final long address;
  private final long length;

  NativeFloats(Object owner, long address, long length) {
    this.owner = owner;
    this.address = address;
    this.length = length;
  }

  /** The memory of a dense c-ordered FLOAT array, shared. */
  public static NativeFloats of(INDArray array) {
    checkArgument(
        array.dataType() == DataType.FLOAT
            && array.ordering() == 'c'
            && array.elementWiseStride() == 1,
        "array is %s, order %s, element stride %s: kernels need dense c-ordered FLOAT arrays",
        array.dataType(),
        array.ordering(),
        array.elementWiseStride());
    return new NativeFloats(
        array, array.data().address() + Float.BYTES * array.offset(), array.length());
  }

  /** Number of floats. */
  public long length() {
    return length;
  }

  /** The floats {@code [from, from + count)} of this view, shared. */
  public NativeFloats slice(long from, long count) {
    checkArgument(
        from >= 0 && count >= 0 && from <= length - count,
        "slice [%s, %s) is outside the %s floats of the view",
        from,
        from + count,
        length);
    return new NativeFloats(owner, address + Float.BYTES * from, count);
  }

  /** All floats as rows of {@code columns}. */
  public Matrix matrix(int columns) {
    checkArgument(
        columns > 0 && length % columns == 0,
        "%s floats are not rows of %s columns",
        length,
        columns);
    return new Matrix(this, (int) (length / columns), columns, columns);
  }

  /** One float. */
  public float get(long i) {
    checkIndex(i);
    return Memory.get(address + Float.BYTES * i);
  }

  /** Writes one float. */
  public void set(long i, float value) {
    checkIndex(i);
    Memory.set(address + Float.BYTES * i, value);
  }

  /** Copies {@code count} floats of an array to the start of this view. */
  public void copyFrom(float[] source, int from, int count) {
    checkArgument(count <= length, "%s floats do not fit into a view of %s", count, length);
    MemorySegment.copy(source, from, Memory.ALL, JAVA_FLOAT_UNALIGNED, address, count);
  }

  /** Copies the first {@code count} floats of this view into an array. */
  public void copyTo(float[] target, int from, int count) {
    checkArgument(count <= length, "a view of %s does not hold %s floats", length, count);
    MemorySegment.copy(Memory.ALL, JAVA_FLOAT_UNALIGNED, address, target, from, count);
  }

  /** All floats, copied. */
  public float[] toArray() {
    float[] array = new float[Math.toIntExact(length)];
    copyTo(array, 0, array.length);
    return array;
  }

  /** Address of the first float. */
  public long address() {
    return address;
  }

  private void checkIndex(long i) {
    if (i < 0 || i >= length) {
      throw new IndexOutOfBoundsException("index " + i + " is outside " + length + " floats");
    }
  }
}
