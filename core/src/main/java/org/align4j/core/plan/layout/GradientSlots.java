package org.align4j.core.plan.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.graph.Liveness;
import org.align4j.core.graph.PlanNode;
import org.align4j.core.graph.PlanOp;
import org.align4j.core.ops.Ops.Op.View;
import org.align4j.core.plan.layout.OpTraits.Passing;
import org.jspecify.annotations.Nullable;

/**
 * Where gradients of activations lie and how each backward step writes them. The first to write a
 * gradient overwrites it, the others add. The gradient of a sum is passed to both terms without a
 * copy where none of the two is written while the other is still to be read.
 */
public final class GradientSlots {

  /** How a backward step hands a gradient to one of its inputs. */
  public enum Mode {
    /** The kernel writes the target. */
    OVERWRITE,
    /** The kernel adds to the target. */
    ADD,
    /** The kernel writes a temporary, which is then added to the target. */
    SPILL,
    /** The target is the memory of the output's gradient: nothing is to be done. */
    SHARED,
    /** Nobody wants it: a kernel that makes it along with others writes it to a temporary. */
    UNWANTED
  }

  /**
   * Gradient of one input.
   *
   * @param target where it accumulates
   * @param temporary where the kernel writes when the mode is SPILL
   */
  public record Write(Mode mode, Slot target, @Nullable Slot temporary) {

    /** What the kernel writes. */
    public Slot kernelTarget() {
      return temporary == null ? target : temporary;
    }
  }

  private final Layout layout;
  private final Liveness liveness;
  private final @Nullable Slot[] gradients;
  private final boolean[] written;
  private final Map<Storage, List<PlanNode>> residents = new HashMap<>();
  private final Map<PlanOp, List<Write>> writes = new HashMap<>();
  private @Nullable Slot headTarget;

  GradientSlots(Layout layout, Liveness liveness, int activations) {
    this.layout = layout;
    this.liveness = liveness;
    this.gradients = new Slot[activations];
    this.written = new boolean[activations];
  }

  /** Gradient of the hidden state, written by the head. */
  public Slot head() {
    if (headTarget == null) {
      throw new IllegalStateException("this plan has no backward pass");
    }
    return headTarget;
  }

  /** Gradient of an operation's output. */
  public Slot of(PlanNode x) {
    Slot slot = gradients[x.id()];
    if (slot == null) {
      throw new IllegalStateException(x + " has no gradient");
    }
    return slot;
  }

  /** How the gradients of an operation's inputs are written, in the order of the inputs. */
  public List<Write> writes(PlanOp operation) {
    return writes.getOrDefault(operation, List.of());
  }

  void head(PlanNode hidden, int time) {
    headTarget = target(hidden, time);
    written[hidden.id()] = true;
  }

  void backward(PlanOp op, int i, int time) {
    of(op.out()).storage().use(time);
    List<Write> list = new ArrayList<>();
    View<PlanNode> view = liveness.partOf(op.out());
    if (view != null) {
      list.add(new Write(Mode.SHARED, target(view.whole(), time), null));
      written[view.whole().id()] = true;
    } else if (layout.traits(op).passing() == Passing.COMPUTED) {
      op.inputs().forEach(x -> list.add(write(op, x, time)));
    } else {
      share(op, i, time, list);
    }
    writes.put(op, list);
  }

  private Write write(PlanOp op, PlanNode x, int time) {
    if (!layout.needsGradient(x)) {
      return new Write(Mode.UNWANTED, layout.open(x.columns(), time), null);
    }
    boolean first = !written[x.id()];
    Slot target = target(x, time);
    written[x.id()] = true;
    if (first) {
      return new Write(Mode.OVERWRITE, target, null);
    }
    return layout.traits(op).addsGradient()
        ? new Write(Mode.ADD, target, null)
        : new Write(Mode.SPILL, target, layout.open(x.columns(), time));
  }

  /** Passes the output's gradient on in its own memory, to each input for which that is safe. */
  private void share(PlanOp op, int i, int time, List<Write> list) {
    Slot out = of(op.out());
    boolean unchanged = layout.traits(op).passing() == Passing.UNCHANGED;
    List<PlanNode> others = new ArrayList<>(residents.getOrDefault(out.storage(), List.of()));
    others.remove(op.out());
    others.removeIf(other -> liveness.producer(other) >= i);
    for (PlanNode x : op.inputs()) {
      boolean possible =
          layout.needsGradient(x)
              && !written[x.id()]
              && out.isWhole()
              && liveness.partOf(x) == null
              && (unchanged || others.isEmpty())
              && others.stream().allMatch(other -> apart(x, other, i) && apart(other, x, i));
      if (possible) {
        gradients[x.id()] = out;
        written[x.id()] = true;
        others.add(x);
        list.add(new Write(Mode.SHARED, out, null));
      } else if (layout.needsGradient(x)) {
        list.add(write(op, x, time));
      } else {
        list.add(new Write(Mode.UNWANTED, out, null));
      }
    }
    residents.put(out.storage(), others);
  }

  /**
   * Whether nobody adds to the gradient of {@code written} before the maker of {@code read} has
   * read its own: all that is left to be added comes from operations before that maker.
   */
  private boolean apart(PlanNode written, PlanNode read, int now) {
    for (int c : liveness.consumers(written)) {
      if (c < now && c >= liveness.producer(read)) {
        return false;
      }
    }
    return true;
  }

  private Slot target(PlanNode x, int time) {
    Slot slot = gradients[x.id()];
    if (slot == null) {
      View<PlanNode> view = liveness.partOf(x);
      if (view != null) {
        slot = layout.add(target(view.whole(), time).part(view.from(), x.columns()));
      } else {
        slot = layout.open(x.columns(), time);
        List<PlanNode> list = new ArrayList<>();
        list.add(x);
        residents.put(slot.storage(), list);
      }
      gradients[x.id()] = slot;
    }
    slot.storage().use(time);
    return slot;
  }
}
