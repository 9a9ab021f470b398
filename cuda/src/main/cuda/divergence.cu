// Divergence of a student's distributions over the vocabulary from a teacher's, and its gradient. In double, as DivergenceRows;
// exponentials and logarithms are the device's.
#include "numbers.cuh"

#define SLICE 1024

/** What two networks say of ids, and how they are compared. */
struct Comparison {
  const float* student;
  const float* teacher;
  double inverse, beta, student_lse, teacher_lse;

  /** One id's share of the divergence, h and the student's probability. */
  struct Share {
    double value, slope, probability;
  };

  __device__ __forceinline__ Share at(int id) const {
    const double s = student[id] * inverse - student_lse, t = teacher[id] * inverse - teacher_lse;
    const double own = exp(s);
    if (beta == 1) {
      const double slope = own * (s - t);
      return {slope, slope, own};
    }
    const double other = exp(t);
    if (beta == 0) return {other * (t - s), -other, own};
    const double mixture = beta * other + (1 - beta) * own;
    const double m = log(mixture < 2.2250738585072014e-308 ? 2.2250738585072014e-308 : mixture);
    const double slope = (1 - beta) * own * (s - m);
    return {beta * other * (t - m) + slope, slope, own};
  }
};

/** Of each row and slice Σ of values and Σ of slopes, ids in order. Blocks [rows, slices]. */
extern "C" __global__ void __launch_bounds__(256) divergence_sums(const float* student, int lds, const float* teacher, int ldt, int columns,
    double inverse, double beta, const float* __restrict__ student_lse, const float* __restrict__ teacher_lse, double* __restrict__ sums, int ldsums,
    int slice) {
  __shared__ double values[SLICE], slopes[SLICE];
  const long long row = blockIdx.x;
  const int start = blockIdx.y * SLICE, count = min(columns - start, SLICE);
  const Comparison of = {student + row * lds + start, teacher + row * ldt + start, inverse, beta, student_lse[row], teacher_lse[row]};
  for (int i = threadIdx.x; i < count; i += 256) {
    const Comparison::Share share = of.at(i);
    values[i] = share.value;
    slopes[i] = share.slope;
  }
  __syncthreads();
  const int which = threadIdx.x >> 5;
  if (which < 2 && (threadIdx.x & 31) == 0) {
    const double* each = which == 0 ? values : slopes;
    double sum = 0;
    for (int i = 0; i < count; i++) sum += each[i];
    sums[row * ldsums + 2 * (slice + blockIdx.y) + which] = sum;
  }
}

/** Sums over all slices in order: divergence and Σh of each row. A thread a row. */
extern "C" __global__ void __launch_bounds__(256) divergence_totals(const double* __restrict__ sums, int ldsums, int slices,
    float* __restrict__ divergence, double* __restrict__ slopes, int rows) {
  const long long row = 256ll * blockIdx.x + threadIdx.x;
  if (row >= rows) return;
  const double* of = sums + row * ldsums;
  double value = 0, slope = 0;
  for (int s = 0; s < slices; s++) {
    value += of[2 * s];
    slope += of[2 * s + 1];
  }
  divergence[row] = (float)value;
  slopes[row] = slope;
}

/** Replaces the student's logits by coefficient · ∂D/∂z. Blocks [rows, columns / 1024]. */
extern "C" __global__ void __launch_bounds__(256) divergence_gradient(float* student, int lds, const float* teacher, int ldt, int columns,
    double inverse, double beta, const float* __restrict__ student_lse, const float* __restrict__ teacher_lse,
    const float* __restrict__ coefficients, const double* __restrict__ slopes) {
  const long long row = blockIdx.x;
  float* z = student + row * lds;
  const Comparison of = {z, teacher + row * ldt, inverse, beta, student_lse[row], teacher_lse[row]};
  const double factor = coefficients[row] * inverse, total = slopes[row];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const int c = blockIdx.y * 1024 + 256 * i + threadIdx.x;
    if (c < columns) {
      const Comparison::Share share = of.at(c);
      z[c] = (float)(factor * (share.slope - share.probability * total));
    }
  }
}
