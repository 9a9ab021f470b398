"""What PyTorch makes of the same shapes on the same card: prints rows of name, tab, text."""
import statistics
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("python3 has no torch")
    sys.exit(3)
if not torch.cuda.is_available():
    print("torch sees no card")
    sys.exit(3)

small = "--small" in sys.argv
torch.manual_seed(1)
PRECISIONS = (("fp32", torch.float32, False), ("tf32", torch.float32, True), ("bf16", torch.bfloat16, False))


def row(name, text):
    print(f"{name}\t{text}", flush=True)


def milliseconds(work, times=9):
    for _ in range(2):
        work()
    all_times = []
    for _ in range(times):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        work()
        end.record()
        end.synchronize()
        all_times.append(begin.elapsed_time(end))
    return statistics.median(all_times)


def products():
    hidden, wide = (64, 96) if small else (4096, 14336)
    for name, kind, tf32 in PRECISIONS:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        a, b = (torch.randn(hidden, hidden, device="cuda", dtype=kind) for _ in range(2))
        ms = milliseconds(lambda: a @ b.T)
        row(f"torch product {name} {hidden}x{hidden}x{hidden}", f"{ms:.4f} ms, {2 * hidden**3 / ms / 1e9:.1f} TFLOP/s")
        w = torch.randn(wide, hidden, device="cuda", dtype=kind)
        x = torch.randn(2048, hidden, device="cuda", dtype=kind)
        whole = x @ w.T
        for m in (1, 16, 64):
            ms = milliseconds(lambda: x[:m] @ w.T)
            same = (x[:m] @ w.T == whole[:m]).float().mean().item()
            moved = w.numel() * w.element_size()
            row(f"torch decoding {name} {m}x{wide}x{hidden}",
                f"{ms:.4f} ms, {moved / ms / 1e6:.0f} GB/s; {100 * same:.1f} % of the elements as among 2048 rows")


def attention():
    tokens, heads, d = (16, 4, 16) if small else (1024, 32, 128)
    for name, kind, _ in (PRECISIONS[0], PRECISIONS[2]):
        q, k, v = (torch.randn(4, heads, tokens, d, device="cuda", dtype=kind, requires_grad=True) for _ in range(3))
        forward = milliseconds(lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True))
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        slope = torch.randn_like(out)
        backward = milliseconds(lambda: torch.autograd.grad(out, (q, k, v), slope, retain_graph=True))
        row(f"torch attention {name} 4 of {tokens}, {heads}x{d}", f"forward {forward:.4f} ms, backward {backward:.4f} ms")


class Layer(torch.nn.Module):
    def __init__(self, hidden, heads, keys, d, wide):
        super().__init__()
        self.shape = heads, keys, d
        linear = lambda out, into: torch.nn.Linear(into, out, bias=False)
        self.norm1, self.norm2 = torch.nn.RMSNorm(hidden), torch.nn.RMSNorm(hidden)
        self.q, self.k, self.v = linear(heads * d, hidden), linear(keys * d, hidden), linear(keys * d, hidden)
        self.o, self.gate, self.up, self.down = linear(hidden, heads * d), linear(wide, hidden), linear(wide, hidden), linear(hidden, wide)

    def forward(self, x):
        heads, keys, d = self.shape
        b, t, _ = x.shape
        y = self.norm1(x)
        q = self.q(y).view(b, t, heads, d).transpose(1, 2)
        k = self.k(y).view(b, t, keys, d).transpose(1, 2).repeat_interleave(heads // keys, 1)
        v = self.v(y).view(b, t, keys, d).transpose(1, 2).repeat_interleave(heads // keys, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(b, t, heads * d))
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


def training():
    """SmolLM2-135M without its rotations: a step on 8,192 tokens, float32 weights."""
    hidden, layers, vocabulary = (32, 2, 1100) if small else (576, 30, 49152)
    shape = (4, 2, 8, 48) if small else (9, 3, 64, 1536)
    tokens = torch.randint(vocabulary, (2, 16) if small else (16, 512), device="cuda")
    for name, kind, tf32 in PRECISIONS:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        embed = torch.nn.Embedding(vocabulary, hidden, device="cuda")
        body = torch.nn.Sequential(*[Layer(hidden, *shape) for _ in range(layers)], torch.nn.RMSNorm(hidden)).cuda()
        optimiser = torch.optim.AdamW([*embed.parameters(), *body.parameters()], lr=1e-6, fused=True)

        def step():
            optimiser.zero_grad()
            with torch.autocast("cuda", dtype=torch.bfloat16, enabled=kind == torch.bfloat16):
                logits = body(embed(tokens)) @ embed.weight.T
            F.cross_entropy(logits[:, :-1].flatten(0, 1).float(), tokens[:, 1:].flatten()).backward()
            optimiser.step()

        step()
        torch.cuda.synchronize()
        start = time.time()
        for _ in range(3):
            step()
        torch.cuda.synchronize()
        seconds = (time.time() - start) / 3
        row(f"torch training SmolLM2-135M {name}",
            f"{tokens.numel() / seconds:.0f} tokens/s, {torch.cuda.max_memory_allocated() / 1e9:.1f} GB at most")


row("torch", f"{torch.__version__}, CUDA {torch.version.cuda}")
for part in (products, attention, training):
    try:
        part()
    except Exception as failure:  # the others still tell something
        row(f"torch {part.__name__}", f"{type(failure).__name__}: {failure}")
