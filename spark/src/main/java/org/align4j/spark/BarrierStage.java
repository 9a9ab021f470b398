package org.align4j.spark;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Tasks that run side by side, one an executor. Spark has no Java API for them. */
final class BarrierStage {

  private BarrierStage() {}

  /** What each of them does. */
  @FunctionalInterface
  interface Task<T extends Serializable> extends Serializable {
    T run(BarrierTaskContext context);
  }

  private static final class Body<T extends Serializable>
      extends AbstractFunction1<Iterator<Integer>, Iterator<T>> implements Serializable {

    private static final long serialVersionUID = 1;

    private final Task<T> task;

    Body(Task<T> task) {
      this.task = task;
    }

    @Override
    public Iterator<T> apply(Iterator<Integer> ranks) {
      return scala.collection.Iterator$.MODULE$.single(task.run(BarrierTaskContext.get()));
    }
  }

  /**
   * The job of these tasks. It ends in a shuffle: Spark tries a barrier stage again only where
   * another stage follows.
   */
  static <T extends Serializable> JavaFutureAction<List<T>> submit(
      JavaSparkContext spark, int tasks, Task<T> task) {
    return spark
        .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
        .rdd()
        .barrier()
        .<T>mapPartitions(new Body<>(task), false, ClassTag$.MODULE$.<T>apply(Serializable.class))
        .toJavaRDD()
        .repartition(1)
        .collectAsync();
  }
}
