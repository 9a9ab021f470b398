// Kernels and how a grid of them is run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace simt {

struct Parameter { unsigned bytes; bool pointer; };

/** A kernel: its arguments come in slots of 8 bytes. */
struct Kernel {
  const char* name;
  unsigned most_threads;
  std::vector<Parameter> parameters;
  Kernel(const char* name, unsigned most_threads) : name(name), most_threads(most_threads) {}
  virtual void call(const uint64_t* slots) const = 0;
};
void add(const Kernel* kernel);
const Kernel* find(const std::string& name);

template <class... A>
struct Typed final : Kernel {
  void (*function)(A...);
  Typed(const char* name, unsigned most_threads, void (*function)(A...)) : Kernel(name, most_threads), function(function) {
    static_assert(((sizeof(A) <= 8) && ...), "a slot holds 8 bytes");
    parameters = {Parameter{sizeof(A), std::is_pointer<A>::value}...};
    add(this);
  }
  template <size_t... I> void call(const uint64_t* slots, std::index_sequence<I...>) const { function(*(const A*)(slots + I)...); }
  void call(const uint64_t* slots) const override { call(slots, std::index_sequence_for<A...>{}); }
};

struct Launch {
  const Kernel* kernel;
  unsigned x, y, z, threads, shared;
  std::vector<uint64_t> slots;
};

/** Runs a grid; empty, or what went wrong. */
std::string run(const Launch& launch);

/** Fills the memory that a launch takes for each block; generated, with its names. */
void poison_shared(unsigned bytes);
}  // namespace simt
#define KERNEL(name, most_threads) static const simt::Typed simt_##name(#name, most_threads, name);
