package org.align4j.core.samediff;

import java.util.LinkedHashMap;
import java.util.Map;
import org.align4j.core.tensor.Gradients;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds gradients to the flat buffer, through a view of each parameter's part; those of frozen
 * parameters are dropped.
 */
final class GradientSums {

  private final Map<String, INDArray> views = new LinkedHashMap<>();

  GradientSums(Gradients gradients) {
    for (String name : gradients.parameters().names()) {
      views.put(name, gradients.view(name));
    }
  }

  void add(String name, INDArray gradient) {
    INDArray view = views.get(name);
    if (view != null) {
      view.addi(gradient.reshape(view.shape()));
    }
  }

  /**
   * Adds rows {@code [N,D]} at the ids {@code [N]} of a table: the gradient of a lookup. The sum
   * over equal ids is made in double, in their order, before the table is touched.
   */
  void addRows(String table, int[] ids, INDArray rows) {
    INDArray view = views.get(table);
    if (view == null) {
      return;
    }
    int columns = (int) rows.size(1);
    double[] values = HostArrays.doubles(rows);
    Map<Integer, double[]> sums = new LinkedHashMap<>();
    for (int n = 0; n < ids.length; n++) {
      double[] sum = sums.computeIfAbsent(ids[n], id -> new double[columns]);
      for (int c = 0; c < columns; c++) {
        sum[c] += values[n * columns + c];
      }
    }
    DataType type = view.dataType();
    sums.forEach((id, sum) -> {
      INDArray row = HostArrays.array(sum, type, columns);
      view.getRow(id).addi(row);
      HostArrays.free(row);
    });
  }
}
