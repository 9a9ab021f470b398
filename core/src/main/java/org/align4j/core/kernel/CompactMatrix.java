package org.align4j.core.kernel;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import org.align4j.core.kernel.memory.Memory;
import org.align4j.core.kernel.memory.NativeFloats;
import org.align4j.core.kernel.stored.Part;
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.ops.WeightLayout;

/**
 * The right-hand side of a product as its file stores it, {@code [depth, columns]} in panels of
 * {@code width} columns. A panel is a run of blocks along the depth; a block has the scales of its
 * columns, their offsets where there are any, and rows of words, each with the next few numbers of
 * every column: {@link CompactForm}. A product widens them to the float32 that the file means, bit
 * for bit.
 *
 * <p>The whole panels are four runs of {@link #run} panels each, and up to three more. One row is
 * multiplied with all four runs at once, and changes from the first two to the others and back with
 * each block: a gap between them puts both at the same place of {@link #REGION}, where the
 * processor's prefetching goes on as if nothing had changed. Made by {@link ProductKernels#stored},
 * filled by {@link ProductKernels#pack}.
 */
public final class CompactMatrix implements Panels {

  /** Bytes: measured, see docs/engineering-notes.md, "L2 cache and memory bandwidth". */
  private static final long REGION = 16 << 10;

  private final NativeFloats data;
  private final CompactForm form;
  private final int blockDepth;
  private final int depth;
  private final int columns;
  private final int width;
  private final long panelPitch;
  private final int run;
  private final int firstPanel;
  private final int gapPanel;
  private final long gap;

  private CompactMatrix(
      NativeFloats data, CompactForm form, int blockDepth, int depth, int columns, int width) {
    this.data = data;
    this.form = form;
    this.blockDepth = blockDepth;
    this.depth = depth;
    this.columns = columns;
    this.width = width;
    this.panelPitch = panelPitch(form, blockDepth, depth, width);
    this.run = run(columns, width);
    this.firstPanel = 0;
    this.gapPanel = 2 * run;
    this.gap = gap(columns, width, panelPitch);
  }

  /** Some panels of a whole. */
  private CompactMatrix(CompactMatrix whole, int firstPanel, int columns) {
    this.data = whole.data;
    this.form = whole.form;
    this.blockDepth = whole.blockDepth;
    this.depth = whole.depth;
    this.columns = columns;
    this.width = whole.width;
    this.panelPitch = whole.panelPitch;
    this.run = 0;
    this.firstPanel = whole.firstPanel + firstPanel;
    this.gapPanel = whole.gapPanel;
    this.gap = whole.gap;
  }

  private static int run(int columns, int width) {
    return columns / width / 4;
  }

  private static long gap(int columns, int width, long panelPitch) {
    return -(2L * run(columns, width) * panelPitch) & (REGION - 1);
  }

  private static long panelPitch(CompactForm form, int blockDepth, int depth, int width) {
    long block = (long) Float.BYTES * width * blockWords(form, blockDepth);
    return block * blocks(depth, blockDepth);
  }

  /** Lays a matrix over memory; nothing is written. */
  public static CompactMatrix of(
      NativeFloats data, StoredFormat format, int depth, int columns, int width) {
    long length = length(format, depth, columns, width);
    checkArgument(
        length <= data.length(),
        "[%s,%s] in %s packs into %s floats, there are %s",
        depth,
        columns,
        format,
        length,
        data.length());
    CompactForm form = CompactForm.of(format);
    return new CompactMatrix(data, form, blockDepth(format, form), depth, columns, width);
  }

  /** Floats of memory that the panels take. */
  public static long length(StoredFormat format, int depth, int columns, int width) {
    checkArgument(
        depth > 0 && columns > 0, "[%s,%s] cannot be packed: it is empty", depth, columns);
    checkArgument(
        depth % format.blockElements() == 0,
        "a depth of %s is not whole blocks of %s (%s)",
        depth,
        format.blockElements(),
        format);
    CompactForm form = CompactForm.of(format);
    long panel = panelPitch(form, blockDepth(format, form), depth, width);
    long bytes = panel * ((columns + width - 1) / width) + gap(columns, width, panel);
    return bytes / Float.BYTES;
  }

  private static int blockDepth(StoredFormat format, CompactForm form) {
    return format.isQuantised() ? format.partElements() : form.perWord();
  }

  private static int blocks(int depth, int blockDepth) {
    return (depth + blockDepth - 1) / blockDepth;
  }

  private static int blockWords(CompactForm form, int blockDepth) {
    return form.header() + blockDepth / form.perWord();
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int panels() {
    return (columns + width - 1) / width;
  }

  @Override
  public CompactMatrix columns(int from, int to) {
    checkArgument(
        from >= 0 && from < to && to <= columns && from % width == 0,
        "columns [%s, %s) of %s: they must start at a multiple of %s",
        from,
        to,
        columns,
        width);
    return to - from == columns ? this : new CompactMatrix(this, from / width, to - from);
  }

  /** How numbers are held. */
  public CompactForm form() {
    return form;
  }

  /** Depth of a block. */
  public int blockDepth() {
    return blockDepth;
  }

  /** Bytes from one block of a panel to the next. */
  public long blockPitch() {
    return (long) Float.BYTES * width * blockWords(form, blockDepth);
  }

  /**
   * Panels of each of the four runs; 0 where there are fewer than four whole panels, and for some
   * columns of a larger matrix, whose panels one row takes two at a time.
   */
  public int run() {
    return run;
  }

  /** Bytes of a panel. */
  public long panelBytes() {
    return panelPitch;
  }

  /** Address of a block of a panel: its scales, offsets and words, {@code width} of each. */
  public long address(int panel, int block) {
    int at = firstPanel + panel;
    return data.address() + at * panelPitch + (at < gapPanel ? 0 : gap) + block * blockPitch();
  }

  @Override
  public void pack(StoredMatrix source, WeightLayout layout, int from, int to) {
    checkSource(source, layout);
    Part part = new Part();
    for (int panel = from; panel < to; panel++) {
      for (int lane = 0; lane < width; lane++) {
        int column = panel * width + lane;
        long at = address(panel, 0) + (long) Float.BYTES * lane;
        for (int block = 0; block < blocks(depth, blockDepth); block++) {
          if (column >= columns) {
            clear(at + block * blockPitch());
          } else if (form.header() == 0) {
            packFloats(source, layout, column, block, at + block * blockPitch());
          } else {
            source.decodePart(column, block, part);
            packPart(part, at + block * blockPitch());
          }
        }
      }
    }
  }

  private void checkSource(StoredMatrix source, WeightLayout layout) {
    boolean outIn = layout == WeightLayout.OUT_IN;
    checkArgument(
        outIn || form.header() == 0,
        "%s is packed by rows ([out, in]): its blocks lie along them",
        source.format());
    checkArgument(
        CompactForm.of(source.format()) == form
            && (form.header() == 0 || source.format().partElements() == blockDepth),
        "panels were made for another format than %s",
        source.format());
    int out = outIn ? source.rows() : source.columns();
    int in = outIn ? source.columns() : source.rows();
    checkArgument(
        in == depth && out == columns,
        "a matrix of %s inputs and %s outputs cannot be packed as [%s,%s]",
        in,
        out,
        depth,
        columns);
  }

  private void clear(long at) {
    for (int w = 0; w < blockWords(form, blockDepth); w++) {
      Memory.setInt(at + (long) Float.BYTES * width * w, 0);
    }
  }

  private void packPart(Part part, long at) {
    long pitch = (long) Float.BYTES * width;
    Memory.set(at, part.scale());
    if (form.header() == 2) {
      Memory.set(at + pitch, part.offset());
    }
    long words = at + form.header() * pitch;
    for (int i = 0; i < blockDepth; i += form.perWord()) {
      int word = 0;
      for (int j = 0; j < form.perWord(); j++) {
        word |= form.bits(part.number(i + j), j);
      }
      Memory.setInt(words, word);
      words += pitch;
    }
  }

  private void packFloats(StoredMatrix source, WeightLayout layout, int column, int word, long at) {
    int two = 0;
    for (int i = 0; i < 2; i++) {
      int k = 2 * word + i;
      if (k < depth) {
        int bits =
            layout == WeightLayout.OUT_IN
                ? source.floatBits(column, k)
                : source.floatBits(k, column);
        checkArgument(
            form != CompactForm.FLOAT16 || (bits & 0x7c00) != 0x7c00,
            "weight %s of column %s is not finite: F16 is packed of finite numbers only",
            k,
            column);
        two |= form.bits(bits, i);
      }
    }
    Memory.setInt(at, two);
  }

  @Override
  public void copyColumn(int column, long target) {
    checkElementIndex(column, columns, "column");
    long pitch = (long) Float.BYTES * width;
    long block = address(column / width, 0) + (long) Float.BYTES * (column % width);
    for (int k = 0; k < depth; block += blockPitch()) {
      float scale = form.header() > 0 ? Memory.get(block) : 1;
      float offset = form.header() > 1 ? Memory.get(block + pitch) : 0;
      long words = block + form.header() * pitch;
      for (int end = Math.min(depth, k + blockDepth); k < end; words += pitch) {
        int word = Memory.getInt(words);
        for (int i = 0; i < form.perWord() && k < end; i++, k++) {
          Memory.set(target + (long) Float.BYTES * k, form.value(word, i, scale, offset));
        }
      }
    }
  }
}
