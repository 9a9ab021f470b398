package org.align4j.core.tensor;

import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A scope of array arithmetic: arrays that this thread makes in it live to its end, in memory that
 * the next scope of the thread uses again (an ND4J workspace). What is to outlive it is copied out,
 * as numbers. Without it every temporary waits for the garbage collector.
 *
 * <pre>{@code
 * try (ArrayScope scope = ArrayScope.open()) {
 *   return Rows.of(x.mul(y));
 * }
 * }</pre>
 */
public final class ArrayScope implements AutoCloseable {

  private static final WorkspaceConfiguration MEMORY =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .overallocationLimit(0.2)
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private final MemoryWorkspace workspace;

  private ArrayScope(MemoryWorkspace workspace) {
    this.workspace = workspace;
  }

  /** Begins a scope; scopes of one thread may lie in one another. */
  public static ArrayScope open() {
    return new ArrayScope(
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(MEMORY, "ALIGN4J_ARRAYS"));
  }

  /** Steps outside: arrays made before its end are not of the scope around it. */
  public static ArrayScope outside() {
    return new ArrayScope(Nd4j.getWorkspaceManager().scopeOutOfWorkspaces());
  }

  @Override
  public void close() {
    workspace.close();
  }
}
