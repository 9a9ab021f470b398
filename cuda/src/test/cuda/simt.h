// CUDA C++ on a CPU, for tests: what kernels may use of the language. Each thread of a block is a fibre or, as long as nothing waits,
// a turn of a loop; blocks run on all cores. x86-64 and g++ only. Sources define SIMT_EMULATION instead of writing PTX.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#ifndef SIMT_NAMES  // the list of kernels is made from sources whose marks are still there
#define __global__
#define __launch_bounds__(...)
#define __shared__ thread_local  // in a function: static, one for each core
#endif
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))

struct float2 { float x, y; } __align__(8);
struct float4 { float x, y, z, w; } __align__(16);
struct double2 { double x, y; } __align__(16);
struct int2 { int x, y; } __align__(8);
struct int4 { int x, y, z, w; } __align__(16);
struct uint2 { unsigned x, y; } __align__(8);
struct uint4 { unsigned x, y, z, w; } __align__(16);
struct ushort2 { unsigned short x, y; } __align__(4);
struct ushort4 { unsigned short x, y, z, w; } __align__(8);
struct dim3 { unsigned x, y, z; };
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

namespace simt {

// What the core does at present; the scheduler changes it.
struct Present {
  dim3 thread, block, threads, blocks;
  unsigned lane, warp;
};
extern thread_local Present present __attribute__((visibility("hidden")));

enum class Collective { NONE, EXCHANGE, PRODUCT };

// Lanes of a warp that wait for one another. Two sets of slots: who is still reading is not overwritten by who is ahead.
struct Warp {
  unsigned alive, ready, fresh;  // lanes not ended; of them, those that can go on; those not begun
  unsigned mask, arrived, phase;
  Collective what;
  uint64_t slots[2][32];
  struct { unsigned a[4], b[2]; float d[4]; } fragments[2][32];
};
Warp& warp() __attribute__((visibility("hidden")));

[[noreturn]] void fault(const char* what) __attribute__((visibility("hidden")));
void block_barrier() __attribute__((visibility("hidden")));
/** True in the lane that comes last: it does what is to be done for all, then calls release(). The others have waited. */
bool arrive(unsigned mask, Collective what) __attribute__((visibility("hidden")));
void release() __attribute__((visibility("hidden")));
/** d of all lanes from a and b; bf16 if depth is 16, tf32 if it is 8. */
void multiply(Warp& warp, unsigned phase, int depth) __attribute__((visibility("hidden")));
void copy(void* to, const void* from, int bytes) __attribute__((visibility("hidden")));
void commit_copies() __attribute__((visibility("hidden")));
void wait_copies(int pending) __attribute__((visibility("hidden")));

inline void memory_may_change() { asm volatile("" ::: "memory"); }

inline unsigned meet(unsigned mask) {
  const unsigned phase = warp().phase;
  if (arrive(mask, Collective::EXCHANGE)) release();
  memory_may_change();
  return phase;
}

template <class T>
T shuffle(unsigned mask, T value, unsigned from) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable<T>::value);
  Warp& w = warp();
  memcpy(&w.slots[w.phase][present.lane], &value, sizeof(T));
  const unsigned alive = w.alive;  // before others end
  const unsigned phase = meet(mask);
  if (!(mask & alive & 1u << from)) fault("a shuffle reads a lane that takes no part");
  T out;
  memcpy(&out, &w.slots[phase][from], sizeof(T));
  return out;
}

inline unsigned ballot(unsigned mask, bool vote) {
  Warp& w = warp();
  w.slots[w.phase][present.lane] = vote;
  const unsigned taking_part = mask & w.alive, phase = meet(mask);
  unsigned votes = 0;
  for (unsigned i = 0; i < 32; i++)
    if (taking_part >> i & 1) votes |= (unsigned)(w.slots[phase][i] & 1) << i;
  return votes;
}

template <int DEPTH, int A>
void product(float (&d)[4], const unsigned (&a)[A], const unsigned (&b)[2]) {
  static_assert(A == 4);
  Warp& w = warp();
  const unsigned phase = w.phase;
  auto& mine = w.fragments[phase][present.lane];
  memcpy(mine.a, a, sizeof a);
  memcpy(mine.b, b, sizeof b);
  memcpy(mine.d, d, sizeof d);
  if (arrive(~0u, Collective::PRODUCT)) {
    multiply(w, phase, DEPTH);
    release();
  }
  memory_may_change();
  memcpy(d, mine.d, sizeof d);
}

template <class To, class From>
To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}
}  // namespace simt

#define threadIdx (simt::present.thread)
#define blockIdx (simt::present.block)
#define blockDim (simt::present.threads)
#define gridDim (simt::present.blocks)
constexpr int warpSize = 32;

inline void __syncthreads() { simt::memory_may_change(); simt::block_barrier(); simt::memory_may_change(); }
inline void __syncwarp(unsigned mask = ~0u) { simt::memory_may_change(); simt::meet(mask); }
inline void __threadfence_block() {}
template <class T> T __shfl_sync(unsigned mask, T v, int from, int width = 32) {
  return simt::shuffle(mask, v, (simt::present.lane & ~(width - 1)) | (from & (width - 1)));
}
template <class T> T __shfl_xor_sync(unsigned mask, T v, int other, int width = 32) {
  const unsigned from = simt::present.lane ^ other;
  return simt::shuffle(mask, v, from / width > simt::present.lane / width ? simt::present.lane : from);
}
template <class T> T __shfl_down_sync(unsigned mask, T v, int by, int width = 32) {
  const unsigned from = simt::present.lane + by;
  return simt::shuffle(mask, v, from / width != simt::present.lane / width ? simt::present.lane : from);
}
template <class T> T __shfl_up_sync(unsigned mask, T v, int by, int width = 32) {
  const int from = (int)simt::present.lane - by;
  return simt::shuffle(mask, v, from < (int)(simt::present.lane & ~(width - 1)) ? simt::present.lane : (unsigned)from);
}
inline unsigned __ballot_sync(unsigned mask, int vote) { return simt::ballot(mask, vote != 0); }
inline int __any_sync(unsigned mask, int vote) { return simt::ballot(mask, vote != 0) != 0; }
inline int __all_sync(unsigned mask, int vote) { return simt::ballot(mask, vote == 0) == 0; }

inline unsigned __float_as_uint(float x) { return simt::same_bits<unsigned>(x); }
inline int __float_as_int(float x) { return simt::same_bits<int>(x); }
inline float __uint_as_float(unsigned x) { return simt::same_bits<float>(x); }
inline float __int_as_float(int x) { return simt::same_bits<float>(x); }
inline long long __double_as_longlong(double x) { return simt::same_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return simt::same_bits<double>(x); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline int __float2int_rn(float x) { return (int)rintf(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
inline int __ffs(int x) { return __builtin_ffs(x); }
template <class T> T __ldg(const T* p) { return *p; }
template <class T> T __ldcs(const T* p) { return *p; }
template <class T> T __ldcg(const T* p) { return *p; }
template <class T> void __stcs(T* p, T v) { *p = v; }
template <class A, class B> std::common_type_t<A, B> min(A a, B b) { std::common_type_t<A, B> x = a, y = b; return x < y ? x : y; }
template <class A, class B> std::common_type_t<A, B> max(A a, B b) { std::common_type_t<A, B> x = a, y = b; return x > y ? x : y; }

// Stand-ins for what numbers.cuh writes in PTX.
inline unsigned simt_bf16(float x) {
  const unsigned bits = __float_as_uint(x);
  return x != x ? 0x7fffu : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
inline unsigned pack_bf16(float low, float high) { return simt_bf16(low) | simt_bf16(high) << 16; }
inline unsigned round_tf32(float x) {
  const unsigned bits = __float_as_uint(x);
  return x != x || std::isinf(x) ? bits : (bits + 0x1000) & ~0x1fffu;
}
inline void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { simt::product<16>(d, a, b); }
inline void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { simt::product<8>(d, a, b); }
template <bool TRANSPOSED>
void load_matrices(unsigned (&to)[4], const void* row) {
  simt::Warp& w = simt::warp();
  const uint64_t own = (uint64_t)row;
  memcpy(&w.slots[w.phase][simt::present.lane], &own, sizeof own);
  const unsigned phase = simt::meet(~0u), group = simt::present.lane >> 2, quad = simt::present.lane & 3;
  for (unsigned i = 0; i < 4; i++) {
    if (TRANSPOSED) {
      const uint16_t *low = (const uint16_t*)w.slots[phase][8 * i + 2 * quad], *high = (const uint16_t*)w.slots[phase][8 * i + 2 * quad + 1];
      to[i] = low[group] | (unsigned)high[group] << 16;
    } else {
      to[i] = ((const unsigned*)w.slots[phase][8 * i + group])[quad];
    }
  }
}
inline void copy16(void* shared, const void* global, int bytes) { simt::copy(shared, global, bytes); }
inline void copies_commit() { simt::commit_copies(); }
template <int PENDING> void copies_wait() { simt::wait_copies(PENDING); simt::memory_may_change(); }
