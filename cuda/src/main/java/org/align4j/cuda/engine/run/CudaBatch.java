package org.align4j.cuda.engine.run;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.batch.SequenceLayout;
import org.align4j.core.kernel.AttentionTiles;
import org.align4j.core.ops.Heads;
import org.align4j.cuda.driver.Device;
import org.align4j.cuda.kernel.Attention;

/**
 * The packed tokens that a plan is running on, in device memory. Everything is copied when the
 * batch is set; a pass then only launches.
 */
public final class CudaBatch implements AutoCloseable {

  private final Device device;
  private final Map<Heads, Tiles> tiles = new LinkedHashMap<>();
  private final DeviceBuffer tokenBuffer;
  private final DeviceBuffer positionBuffer;
  private final RowGroups tokenGroups;
  private final RowGroups positionGroups;
  private int rows;
  private int[] tokens = new int[0];
  private int[] positions = new int[0];
  private boolean tokensGrouped;
  private boolean positionsGrouped;

  private record Tiles(AttentionTiles host, Attention.Batch onDevice) {}

  /** No tokens yet. */
  public CudaBatch(Device device) {
    this.device = device;
    tokenBuffer = new DeviceBuffer(device);
    positionBuffer = new DeviceBuffer(device);
    tokenGroups = new RowGroups(device);
    positionGroups = new RowGroups(device);
  }

  /** Says that there are attentions of this shape; before the first batch. */
  public void attends(Heads heads) {
    tiles.computeIfAbsent(
        heads, key -> new Tiles(new AttentionTiles(key), new Attention.Batch(device)));
  }

  /** The tiles of all attentions of this shape. */
  public Attention.Batch tiles(Heads heads) {
    Tiles found = tiles.get(heads);
    if (found == null) {
      throw new IllegalStateException("nobody announced attentions of " + heads);
    }
    return found.onDevice;
  }

  /** Tokens of the batch. */
  public int rows() {
    return rows;
  }

  /** Device address of their ids. */
  public long tokens() {
    return tokenBuffer.address();
  }

  /** Device address of their positions. */
  public long positions() {
    return positionBuffer.address();
  }

  /** Makes room for so many tokens: as long as there are no more, addresses stay. */
  public void reserve(int count) {
    tokenBuffer.reserve((long) Integer.BYTES * count);
    positionBuffer.reserve((long) Integer.BYTES * count);
  }

  /** Takes the tokens of a batch. */
  public void set(int[] packed, SequenceLayout layout) {
    resize(layout.tokens());
    System.arraycopy(packed, 0, tokens, 0, rows);
    for (int s = 0; s < layout.segments(); s++) {
      int start = layout.start(s);
      int from = layout.offsets()[s];
      for (int n = from; n < layout.offsets()[s + 1]; n++) {
        positions[n] = start + n - from;
      }
    }
    upload();
    tiles
        .values()
        .forEach(t -> {
          t.host.set(layout);
          t.onDevice.set(t.host);
        });
  }

  /**
   * Takes one next token of each of some sequences: attentions of a decoder have tiles of their
   * own.
   */
  public void setSteps(int[] ids, int[] at, int count) {
    resize(count);
    System.arraycopy(ids, 0, tokens, 0, count);
    System.arraycopy(at, 0, positions, 0, count);
    upload();
  }

  private void resize(int count) {
    if (tokens.length < count) {
      int room = Math.max(count, tokens.length * 2);
      tokens = Arrays.copyOf(tokens, room);
      positions = Arrays.copyOf(positions, room);
    }
    rows = count;
    tokensGrouped = false;
    positionsGrouped = false;
  }

  private void upload() {
    tokenBuffer.set(tokens, rows);
    positionBuffer.set(positions, rows);
  }

  /** Rows of the batch by their token, for the gradient of an embedding. */
  public RowGroups byToken() {
    if (!tokensGrouped) {
      tokenGroups.set(tokens, rows);
      tokensGrouped = true;
    }
    return tokenGroups;
  }

  /** Rows of the batch by their position. */
  public RowGroups byPosition() {
    if (!positionsGrouped) {
      positionGroups.set(positions, rows);
      positionsGrouped = true;
    }
    return positionGroups;
  }

  @Override
  public void close() {
    tiles.values().forEach(t -> t.onDevice.close());
    tokenBuffer.close();
    positionBuffer.close();
    tokenGroups.close();
    positionGroups.close();
  }
}
