// SwiGLU, GeGLU and GELU: bound by memory. The operations of ScalarActivations one by one.
#include "common.cuh"

// Constants of ScalarMath, as the compiler of Java rounds them.
#define TANH_SCALE 0.7978845608028654f
#define TANH_CUBE 0.044715f
#define TANH_SLOPE (3 * 0.044715f)
#define NORMAL_SCALE 0.3989422804014327f
#define ERF_P 0.23164189f
#define ERF_5 (0.5f * 1.061405429f)
#define ERF_4 (0.5f * -1.453152027f)
#define ERF_3 (0.5f * 1.421413741f)
#define ERF_2 (0.5f * -0.284496736f)
#define ERF_1 (0.5f * 0.254829592f)

namespace activations {

/** 1/(1 + e^−x). */
__device__ __forceinline__ float sigmoid(float x) {
  const float e = exp_exact(-fabsf(x));
  return (x < 0 ? e : 1.f) / (e + 1.f);
}

__device__ __forceinline__ float tanh_argument(float x) {
  return fmaf(x * x, TANH_CUBE, 1.f) * x * TANH_SCALE;
}

__device__ __forceinline__ float tanh_exact(float u) {
  const float e = exp_exact(fabsf(u) * -2.f);
  const float tanh = (1.f - e) / (e + 1.f);
  return u < 0 ? -tanh : tanh;
}

/** ½(1 + tanh u). */
__device__ __forceinline__ float tanh_share(float x) {
  return sigmoid(2.f * tanh_argument(x));
}

/** Slope of GELU's tanh form given tanh_share. */
__device__ __forceinline__ float gated_slope(float x, float s) {
  const float slope = fmaf(x * x, TANH_SLOPE, 1.f) * (2.f * TANH_SCALE);
  return fmaf((1.f - s) * s * x, slope, s);
}

__device__ __forceinline__ float bell(float x) {
  return exp_exact(-(x * x * 0.5f));
}

/** Φ(x), e its bell. */
__device__ __forceinline__ float normal(float x, float e) {
  const float t = 1.f / fmaf(fabsf(x), ERF_P, 1.f);
  float sum = fmaf(t, ERF_5, ERF_4);
  sum = fmaf(sum, t, ERF_3);
  sum = fmaf(sum, t, ERF_2);
  sum = fmaf(sum, t, ERF_1);
  const float tail = sum * t * e;
  return x >= 0 ? 1.f - tail : tail;
}

__device__ __forceinline__ float gelu_erf(float x) {
  return normal(x, bell(x)) * x;
}

__device__ __forceinline__ float gelu_erf_slope(float x) {
  const float e = bell(x);
  return fmaf(e * NORMAL_SCALE, x, normal(x, e));
}

__device__ __forceinline__ float gelu_tanh(float x) {
  return (tanh_exact(tanh_argument(x)) + 1.f) * x * 0.5f;
}

__device__ __forceinline__ float gelu_tanh_slope(float x) {
  const float tanh = tanh_exact(tanh_argument(x));
  const float slope = fmaf(x * x, TANH_SLOPE, 1.f) * TANH_SCALE;
  const float bend = (1.f - tanh * tanh) * x * slope;
  return (tanh + 1.f + bend) * 0.5f;
}

}  // namespace activations

/** y = gate · sigmoid(gate) · up; y may be gate or up. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) swiglu(const float* gate, int ldg, const float* up, int ldu, float* y, int ldy,
    int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad g = own.load(gate + own.row * ldg + own.column);
    const Quad u = own.load(up + own.row * ldu + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      g.at[i] = g.at[i] * activations::sigmoid(g.at[i]) * u.at[i];
    }
    own.store(y + own.row * ldy + own.column, g);
  }
}

/** Gradients of swiglu, overwritten; they may lie where gate, up or dy do. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) swiglu_gradient(const float* gate, int ldg, const float* up, int ldu, const float* dy,
    int lddy, float* dgate, int lddg, float* dup, int lddu, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad gates = own.load(gate + own.row * ldg + own.column);
    Quad ups = own.load(up + own.row * ldu + own.column);
    const Quad slopes = own.load(dy + own.row * lddy + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const float g = gates.at[i];
      const float d = slopes.at[i];
      const float du = ups.at[i] * d;
      const float s = activations::sigmoid(g);
      gates.at[i] = du * s * fmaf(1.f - s, g, 1.f);
      ups.at[i] = d * g * s;
    }
    own.store(dgate + own.row * lddg + own.column, gates);
    own.store(dup + own.row * lddu + own.column, ups);
  }
}

/** y = gelu(gate) · up, the tanh form; y may be gate or up. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) geglu(const float* gate, int ldg, const float* up, int ldu, float* y, int ldy,
    int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad g = own.load(gate + own.row * ldg + own.column);
    const Quad u = own.load(up + own.row * ldu + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      g.at[i] = g.at[i] * activations::tanh_share(g.at[i]) * u.at[i];
    }
    own.store(y + own.row * ldy + own.column, g);
  }
}

/** Gradients of geglu, overwritten; they may lie where gate, up or dy do. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) geglu_gradient(const float* gate, int ldg, const float* up, int ldu, const float* dy,
    int lddy, float* dgate, int lddg, float* dup, int lddu, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad gates = own.load(gate + own.row * ldg + own.column);
    Quad ups = own.load(up + own.row * ldu + own.column);
    const Quad slopes = own.load(dy + own.row * lddy + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const float g = gates.at[i];
      const float d = slopes.at[i];
      const float du = ups.at[i] * d;
      const float s = activations::tanh_share(g);
      gates.at[i] = activations::gated_slope(g, s) * du;
      ups.at[i] = g * s * d;
    }
    own.store(dgate + own.row * lddg + own.column, gates);
    own.store(dup + own.row * lddu + own.column, ups);
  }
}

/** y = gelu(x), by the error function or by tanh; y may be x. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) gelu(const float* x, int ldx, int erf, float* y, int ldy, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad four = own.load(x + own.row * ldx + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      four.at[i] = erf ? activations::gelu_erf(four.at[i]) : activations::gelu_tanh(four.at[i]);
    }
    own.store(y + own.row * ldy + own.column, four);
  }
}

/** Gradient of gelu, overwritten or added to dx, which may be dy or x. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) gelu_gradient(const float* x, int ldx, int erf, const float* dy, int lddy, float* dx,
    int lddx, int add, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad four = own.load(x + own.row * ldx + own.column);
    const Quad slopes = own.load(dy + own.row * lddy + own.column);
    Quad before = {{0.f, 0.f, 0.f, 0.f}};
    if (add) {
      before = own.load(dx + own.row * lddx + own.column);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const float slope = erf ? activations::gelu_erf_slope(four.at[i]) : activations::gelu_tanh_slope(four.at[i]);
      const float value = slope * slopes.at[i];
      four.at[i] = add ? value + before.at[i] : value;
    }
    own.store(dx + own.row * lddx + own.column, four);
  }
}
