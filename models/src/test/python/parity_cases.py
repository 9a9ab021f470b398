"""Makes the parity cases of windows, partial rotation, LongRoPE, YaRN and SmolLM3 with transformers: python parity_cases.py OUT.

Each case is a tiny random checkpoint in float32 and what torch computes on it: logits before the temperature, log-probs and entropy
at it, the gradient of the weighted sum of log-probs, and the parameters after two AdamW steps with that gradient, clipped.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

OUT = pathlib.Path(sys.argv[1])
OPTIMIZER = dict(name="adamw", lr=0.01, beta1=0.9, beta2=0.95, eps=1e-08, weight_decay=0.1, clip_norm=1.0, steps=2)
TOLERANCE = dict(logits=0.0002, log_probs=0.0001, gradient_relative=0.001)
LENGTHS = [7, 30, 1, 12]
SIZES = dict(
    vocab_size=19, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
    max_position_embeddings=64, bos_token_id=0, eos_token_id=1, pad_token_id=None)
LONG = dict(rope_type="longrope", rope_theta=10000.0, original_max_position_embeddings=32,
            short_factor=[1.05, 1.6, 2.2], long_factor=[1.3, 4.5, 9.0])

CASES = {
    "mistral-window": transformers.MistralConfig(**SIZES, sliding_window=5),
    "qwen2-window": transformers.Qwen2Config(
        **SIZES | dict(num_hidden_layers=3), use_sliding_window=True, sliding_window=4, max_window_layers=1),
    "qwen3-window": transformers.Qwen3Config(
        **SIZES | dict(num_hidden_layers=3, head_dim=6), use_sliding_window=True, sliding_window=6,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], attention_bias=True),
    "phi3-window": transformers.Phi3Config(**SIZES, sliding_window=7),
    "phi4-mini": transformers.Phi3Config(
        **SIZES | dict(hidden_size=24, num_attention_heads=3, max_position_embeddings=128),
        original_max_position_embeddings=32, partial_rotary_factor=0.75, sliding_window=262144, tie_word_embeddings=True,
        rope_parameters=LONG),
    "smollm3": transformers.SmolLM3Config(**SIZES | dict(num_hidden_layers=5)),
    # no attention_bias: without positions the gradient of keys' biases is rounding alone
    "smollm3-window": transformers.SmolLM3Config(
        **SIZES | dict(num_hidden_layers=3), no_rope_layers=[0, 1, 0], use_sliding_window=True, sliding_window=6,
        tie_word_embeddings=False, mlp_bias=True,
        rope_parameters=dict(rope_type="default", rope_theta=5000000.0)),
    "llama-yarn": transformers.LlamaConfig(
        **SIZES | dict(max_position_embeddings=2048), head_dim=16,
        rope_parameters=dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=512)),
    "qwen2-yarn": transformers.Qwen2Config(
        **SIZES | dict(max_position_embeddings=2048, hidden_size=32),
        rope_parameters=dict(
            rope_type="yarn", rope_theta=1000000.0, factor=3.0, original_max_position_embeddings=512, beta_fast=20.0,
            beta_slow=2.0, mscale=1.5, mscale_all_dim=0.5, truncate=False)),
    "qwen3-yarn": transformers.Qwen3Config(
        **SIZES | dict(max_position_embeddings=2048, head_dim=12),
        rope_parameters=dict(
            rope_type="yarn", rope_theta=10000.0, factor=2.0, original_max_position_embeddings=1024, attention_factor=1.25)),
}


def case(name, config):
    torch.manual_seed(sum(name.encode()))
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.4 * torch.randn_like(parameter))
    folder = OUT / name
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    temperature = 0.7 if len(name) % 2 else 1.0
    sequences = [torch.randint(0, config.vocab_size, (length,)) for length in LENGTHS]
    coefficients = [torch.randn(length) for length in LENGTHS]
    expected = {}
    loss = 0
    for i, (ids, weights) in enumerate(zip(sequences, coefficients)):
        logits = model(ids[None]).logits[0]
        expected[f"logits.{i}"] = logits.detach()
        log_probs = (logits[:-1] / temperature).log_softmax(-1)
        if len(ids) > 1:
            chosen = log_probs.gather(1, ids[1:, None])[:, 0]
            expected[f"log_probs.{i}"] = chosen.detach()
            expected[f"entropy.{i}"] = -(log_probs.exp() * log_probs).sum(-1).detach()
            loss = loss + (chosen * weights[1:]).sum()
    loss.backward()
    named = dict(model.named_parameters())
    for parameter, value in named.items():
        expected["grad." + parameter] = value.grad.clone()
    norm = torch.nn.utils.clip_grad_norm_(named.values(), OPTIMIZER["clip_norm"])
    optimizer = torch.optim.AdamW(
        named.values(), lr=OPTIMIZER["lr"], betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]), eps=OPTIMIZER["eps"],
        weight_decay=OPTIMIZER["weight_decay"])
    for _ in range(OPTIMIZER["steps"]):
        optimizer.step()
    for parameter, value in named.items():
        expected["after." + parameter] = value.detach()
    save_file({key: value.contiguous() for key, value in expected.items()}, folder / "expected.safetensors")
    (folder / "case.json").write_text(json.dumps(dict(
        sequences=[ids.tolist() for ids in sequences], coefficients=[values.tolist() for values in coefficients],
        temperature=temperature, loss=loss.item(), grad_norm=norm.item(), optimizer=OPTIMIZER, tolerance=TOLERANCE,
        source=f"transformers {transformers.__version__}, torch {torch.__version__}")))


for name, config in CASES.items():
    case(name, config)
