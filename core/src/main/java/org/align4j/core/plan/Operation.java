package org.align4j.core.plan;

import com.google.common.collect.ImmutableList;
import org.align4j.core.ops.Gelu;
import org.align4j.core.ops.Heads;
import org.align4j.core.ops.RopeTable;
import org.align4j.core.ops.WeightLayout;
import org.jspecify.annotations.Nullable;

/** One operation of the recorded graph, in the order the definition called them. */
sealed interface Operation {

  /** The activation it makes. */
  PlanNode out();

  /** The activations it reads. */
  ImmutableList<PlanNode> inputs();

  /**
   * Whether the output is cheaper to compute again in the backward pass than to keep: norms and
   * activations, which cost memory bandwidth only.
   */
  default boolean cheap() {
    return false;
  }

  /** Whether the output may overwrite an input that nobody else reads. */
  default boolean inPlace() {
    return false;
  }

  /** Whether the backward kernel can add to a gradient in place of overwriting it. */
  default boolean addsGradient() {
    return false;
  }

  /** Whether the backward pass reads the input values. */
  default boolean backwardReadsInputs() {
    return true;
  }

  record Embedding(PlanNode out, PlanNode table, PlanNode ids) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of();
    }
  }

  record RmsNorm(PlanNode out, PlanNode x, PlanNode weight, float eps) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean cheap() {
      return true;
    }

    @Override
    public boolean inPlace() {
      return true;
    }

    @Override
    public boolean addsGradient() {
      return true;
    }
  }

  record LayerNorm(PlanNode out, PlanNode x, PlanNode weight, PlanNode bias, float eps)
      implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean cheap() {
      return true;
    }

    @Override
    public boolean inPlace() {
      return true;
    }

    @Override
    public boolean addsGradient() {
      return true;
    }
  }

  record Linear(
      PlanNode out, PlanNode x, PlanNode weight, @Nullable PlanNode bias, WeightLayout layout)
      implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean addsGradient() {
      return true;
    }
  }

  record Columns(PlanNode out, PlanNode x, int from) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean backwardReadsInputs() {
      return false;
    }
  }

  record Rope(PlanNode out, PlanNode x, RopeTable table) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean backwardReadsInputs() {
      return false;
    }

    @Override
    public boolean inPlace() {
      return true;
    }
  }

  record Attention(PlanNode out, PlanNode q, PlanNode k, PlanNode v, Heads heads)
      implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(q, k, v);
    }
  }

  record SwiGlu(PlanNode out, PlanNode gate, PlanNode up) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(gate, up);
    }

    @Override
    public boolean cheap() {
      return true;
    }

    @Override
    public boolean inPlace() {
      return true;
    }
  }

  record GeluOf(PlanNode out, PlanNode x, Gelu form) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(x);
    }

    @Override
    public boolean cheap() {
      return true;
    }

    @Override
    public boolean inPlace() {
      return true;
    }

    @Override
    public boolean addsGradient() {
      return true;
    }
  }

  record Add(PlanNode out, PlanNode a, PlanNode b) implements Operation {
    @Override
    public ImmutableList<PlanNode> inputs() {
      return ImmutableList.of(a, b);
    }

    @Override
    public boolean backwardReadsInputs() {
      return false;
    }

    @Override
    public boolean inPlace() {
      return true;
    }
  }
}
