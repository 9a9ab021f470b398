package org.align4j.core.tensor;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.align4j.core.kernel.memory.NativeMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Named parameters in a fixed order, each its own dense c-ordered array. Engines read them in
 * place; {@link #close} frees them at once.
 */
public final class Parameters implements AutoCloseable {

  private final ImmutableMap<String, INDArray> arrays;
  private final ImmutableMap<String, Long> offsets;
  private final long size;
  private final DataType type;

  private Parameters(DataType type, ImmutableMap<String, INDArray> arrays) {
    this.type = type;
    this.arrays = arrays;
    var starts = ImmutableMap.<String, Long>builder();
    long next = 0;
    for (var entry : arrays.entrySet()) {
      starts.put(entry.getKey(), next);
      next += entry.getValue().length();
    }
    this.offsets = starts.build();
    this.size = next;
  }

  /** Takes over the arrays: dense, c-ordered, of one floating type. */
  public static Parameters of(Map<String, INDArray> arrays) {
    checkArgument(!arrays.isEmpty(), "no parameters: there must be one at least");
    DataType type = arrays.values().iterator().next().dataType();
    arrays.forEach((name, array) ->
        checkArgument(
            array.ordering() == 'c'
                && !array.isView()
                && array.dataType() == type
                && type.isFPType(),
            "%s is %s, order %s, view %s: parameters are dense c-ordered arrays of one floating type",
            name,
            array.dataType(),
            array.ordering(),
            array.isView()));
    return new Parameters(type, ImmutableMap.copyOf(arrays));
  }

  /** No parameters: of a network whose weights are all frozen. */
  public static Parameters none(DataType type) {
    return new Parameters(type, ImmutableMap.of());
  }

  /** These and others, in this order, over the same arrays; no name may be in both. */
  public Parameters and(Parameters others) {
    Map<String, INDArray> all = new LinkedHashMap<>(arrays);
    others.arrays.forEach((name, array) ->
        checkArgument(all.put(name, array) == null, "%s is in both sets of parameters", name));
    return of(all);
  }

  /** Some of these, over the same arrays. */
  public Parameters only(Predicate<String> names) {
    ImmutableMap<String, INDArray> some = ImmutableMap.copyOf(Maps.filterKeys(arrays, names::test));
    return new Parameters(type, some);
  }

  /** These in another order, which has all of their names. */
  public Parameters ordered(Collection<String> names) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    names.forEach(name -> all.put(name, get(name)));
    checkArgument(all.size() == arrays.size(), "%s are not all of %s", names, arrays.keySet());
    return of(all);
  }

  /** Zeros of the shapes given. */
  public static Parameters zeros(DataType type, Map<String, long[]> shapes) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> arrays.put(name, Nd4j.create(type, shape)));
    return of(arrays);
  }

  /** The type of all of them: FLOAT, or DOUBLE for finite differences. */
  public DataType dataType() {
    return type;
  }

  /** Names in order. */
  public ImmutableList<String> names() {
    return arrays.keySet().asList();
  }

  /** The live array of this name. */
  public INDArray get(String name) {
    return checkNotNull(
        arrays.get(name), "no parameter named %s; there are %s", name, arrays.keySet());
  }

  /** Whether there is a parameter of this name. */
  public boolean contains(String name) {
    return arrays.containsKey(name);
  }

  /** Elements before this parameter, counting in order: its place in a flat gradient. */
  public long offset(String name) {
    return checkNotNull(offsets.get(name), "no parameter named %s", name);
  }

  /** Number of elements of all parameters. */
  public long size() {
    return size;
  }

  /** A deep copy. */
  public Parameters copy() {
    Map<String, INDArray> copies = new LinkedHashMap<>();
    arrays.forEach((name, array) -> copies.put(name, array.dup('c')));
    return of(copies);
  }

  /** Overwrites all values with those of parameters of the same names and shapes. */
  public void assign(Parameters other) {
    checkArgument(
        names().equals(other.names()), "parameters %s do not match %s", other.names(), names());
    arrays.forEach((name, array) -> {
      INDArray source = other.get(name);
      checkArgument(
          Arrays.equals(array.shape(), source.shape()),
          "%s is %s, the source has %s",
          name,
          Arrays.toString(array.shape()),
          Arrays.toString(source.shape()));
      array.assign(source);
    });
  }

  /** Frees some of the arrays at once: nobody may read them any more. */
  public void free(Collection<String> names) {
    names.forEach(name -> get(name).close());
    NativeMemory.trim();
  }

  @Override
  public void close() {
    free(names());
  }
}
