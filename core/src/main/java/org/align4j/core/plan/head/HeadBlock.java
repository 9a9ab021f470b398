package org.align4j.core.plan.head;

import java.util.Arrays;
import org.align4j.core.kernel.HeadKernels;
import org.align4j.core.kernel.memory.Matrix;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.memory.NativeMemory;

/**
 * What a language head needs for a block of rows.
 *
 * @param capacity rows
 * @param all the memory of what follows
 * @param hidden {@code [rows,D]}, gathered
 * @param dHidden its gradient
 * @param logits of a slice of the vocabulary, {@code [rows,SLICE]}
 * @param lastLogits of the last slice, which may be narrower; the same memory
 * @param statistics three of each slice
 */
record HeadBlock(
    int capacity,
    NativeFloats all,
    Matrix hidden,
    Matrix dHidden,
    Matrix logits,
    Matrix lastLogits,
    Matrix statistics,
    NativeFloats logSumExp,
    NativeFloats entropy,
    int[] rows,
    int[] labels,
    float[] labelLogits,
    float[] dOutputs,
    float[] dEntropy) {

  /** How many of some rows, ascending, were in the first block of the forward pass. */
  static int ofFirst(int[] rows, int total) {
    int found = Arrays.binarySearch(rows, 0, total, LanguageHead.BLOCK);
    return found < 0 ? -found - 1 : found;
  }

  /** Memory for so many rows of a head from D columns to V ids. */
  static HeadBlock allocate(NativeMemory memory, int capacity, int columns, int vocabulary) {
    int slices = HeadKernels.slices(vocabulary);
    int wide = Math.min(vocabulary, HeadKernels.SLICE);
    int tail = vocabulary - (slices - 1) * HeadKernels.SLICE;
    long perRow = 2L * columns + wide + 3L * slices + 2;
    NativeFloats all = memory.allocate(capacity * perRow);
    long at = 0;
    Matrix rowsOfHidden = all.slice(at, (long) capacity * columns).matrix(columns);
    at += (long) capacity * columns;
    Matrix gradientRows = all.slice(at, (long) capacity * columns).matrix(columns);
    at += (long) capacity * columns;
    Matrix logits = all.slice(at, (long) capacity * wide).matrix(wide);
    at += (long) capacity * wide;
    Matrix statistics = all.slice(at, 3L * capacity * slices).matrix(3 * slices);
    at += 3L * capacity * slices;
    return new HeadBlock(
        capacity,
        all,
        rowsOfHidden,
        gradientRows,
        logits,
        logits.columns(0, tail),
        statistics,
        all.slice(at, capacity),
        all.slice(at + capacity, capacity),
        new int[capacity],
        new int[capacity],
        new float[capacity],
        new float[capacity],
        new float[capacity]);
  }
}
