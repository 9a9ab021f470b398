"""Makes the case files of this folder from the peers' own functions, in float64.

    pip download --no-deps openrlhf==0.11.2 verl==0.9.1 trl==1.16.0     # and unpack each wheel
    python generate.py OPENRLHF_FOLDER VERL_FOLDER TRL_FOLDER [SEED] [OUT_FOLDER]

Needs torch and numpy alone: the functions are taken out of the peers' files by name, so that what
else those files import (deepspeed, ray, vllm) need not be there. Another seed and folder give fresh
cases: bench/run conformance OUT_FOLDER.
"""

import ast
import json
import pathlib
import sys
import types
from typing import Any, List, Optional, Tuple, Union

import numpy as np
import torch

torch.set_default_dtype(torch.float64)


def source_of(folder, file):
    return pathlib.Path(folder, file).read_text()


def take(text, names, scope):
    """Executes the functions, classes and constants of these names, wherever they are."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names:
            node.decorator_list = []
            exec(compile(ast.Module([node], []), "<peer>", "exec"), scope)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(target, ast.Name) and target.id in names:
                exec(compile(ast.Module([node], []), "<peer>", "exec"), scope)
    return scope


def scope():
    return {
        "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "Optional": Optional, "Tuple": Tuple,
        "Union": Union, "List": List, "Any": Any, "Experience": Any, "math": __import__("math"),
        "itertools": __import__("itertools"),
    }


openrlhf, verl, trl = sys.argv[1:4]
rng = np.random.default_rng(int(sys.argv[4]) if len(sys.argv) > 4 else 18)
out = pathlib.Path(sys.argv[5] if len(sys.argv) > 5 else pathlib.Path(__file__).parent)

O = scope()
take(source_of(openrlhf, "openrlhf/models/utils.py"), {"masked_mean", "compute_reward"}, O)
take(source_of(openrlhf, "openrlhf/models/loss.py"), {"aggregate_loss", "PolicyLoss"}, O)
O["apply_length_penalties"] = lambda experiences, args: None
take(
    source_of(openrlhf, "openrlhf/trainer/ppo_utils/experience_maker.py"),
    {"compute_advantages_and_returns", "get_cumulative_returns"},
    O,
)
V = scope()
F_ = take(source_of(verl, "verl/utils/torch_functional.py"), {"masked_sum", "masked_mean"}, scope())
V["verl_F"] = types.SimpleNamespace(**F_)
take(
    source_of(verl, "verl/trainer/ppo/rollout_corr_helper.py"),
    {
        "SAFETY_BOUND", "SUPPORTED_ROLLOUT_RS_OPTIONS", "TOKEN_LEVEL_ROLLOUT_RS_OPTIONS",
        "_parse_rollout_is_threshold", "_parse_rollout_rs_thresholds", "compute_rollout_rejection_mask",
        "compute_rollout_correction_weights",
    },
    V,
)
# What they measure is not compared, and divides by zero where everything is left out.
V["compute_rs_metrics"] = V["compute_is_metrics"] = lambda *a, **k: {}
T = take(source_of(trl, "trl/trainer/grpo_trainer.py"), {"get_off_policy_mask"}, scope())


# OpenRLHF adds 1e-8 to the number of tokens that it divides by.
TOLERANCE = 1e-7

# Odd shapes: one row, one column, holes, a row without a response token.
SHAPES = [(4, 5), (1, 1), (3, 1), (1, 7), (5, 9), (6, 12)]


def batch(case):
    rows, columns = SHAPES[case % len(SHAPES)]
    mask = (rng.random((rows, columns)) < 0.7).astype(float)
    mask[0, 0] = 1
    if rows > 2:
        mask[rows - 2] = 0
    old = np.log(rng.uniform(0.01, 1, (rows, columns)))
    # Half of the rows are close to the policy that sampled, half are far.
    far = np.where(rng.random((rows, 1)) < 0.5, 0.05, 0.8)
    rollout = np.minimum(old + far * rng.standard_normal((rows, columns)), 0)
    new = np.minimum(old + 0.3 * rng.standard_normal((rows, columns)), 0)
    advantages = rng.standard_normal((rows, 1)) * np.ones((1, columns))
    return {
        "log_probs": new * mask, "old_log_probs": old * mask, "rollout_log_probs": rollout * mask,
        "advantages": advantages * mask, "mask": mask,
    }


def tensors(inputs):
    return {name: torch.tensor(value) for name, value in inputs.items()}


def numbers(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    return np.asarray(value).tolist()


def write(kind, peer, name, case, source, config, inputs, expected):
    file = {
        "kind": kind, "convention": peer, "name": name, "source": source, "config": config,
        "inputs": {key: numbers(value) for key, value in inputs.items()},
        "expected": {key: numbers(value) for key, value in expected.items()}, "tolerance": TOLERANCE,
    }
    (out / f"{kind}-{peer}-{name}-{case}.json").write_text(json.dumps(file) + "\n")


def openrlhf_losses():
    schemes = {
        "tis-0.11.2": ("token", "clip", "ratio", [0.5, 1.4]),
        "icepop-0.11.2": ("token", "mask", "ratio", [0.7, 1.4]),
        "seq-mask-tis": ("seq", "mask", "ratio", [0.9, 1.1]),
        "token-binary-kl": ("token", "mask", "binary_kl", [0.0, 0.02]),
        "seq-binary-kl": ("seq", "mask", "binary_kl", [0.0, 0.02]),
        "token-tv": ("token", "mask", "tv", [0.0, 0.1]),
        "seq-tv": ("seq", "mask", "tv", [0.0, 0.08]),
    }
    for name, (level, mode, gating, threshold) in schemes.items():
        for case in range(4):
            inputs = batch(case + (2 if case > 1 else 0))
            t = tensors(inputs)
            by_token = case % 2 == 0
            loss_fn = O["PolicyLoss"](
                token_level_loss=by_token, is_correction_level=level, is_correction_mode=mode,
                is_correction_gating=gating, is_correction_threshold=threshold,
            )
            leaf = t["log_probs"].clone().requires_grad_()
            loss, clip, kl, _, _ = loss_fn(
                leaf, t["old_log_probs"], t["advantages"], action_mask=t["mask"],
                rollout_log_probs=t["rollout_log_probs"],
            )
            loss.backward()
            config = {
                "clip_low": 0.2, "clip_high": 0.2,
                "aggregation": "token-mean" if by_token else "seq-mean-token-mean",
                "is_correction_level": level, "is_correction_mode": mode, "is_correction_gating": gating,
                "is_correction_threshold": threshold,
            }
            write(
                "policy-loss", "openrlhf", name, case, "OpenRLHF 0.11.2 models/loss.py PolicyLoss", config,
                inputs, {"loss": loss, "grad": leaf.grad, "clip_fraction": clip, "approx_kl": kl},
            )


def flash_reinforce():
    maker = types.SimpleNamespace(
        advantage_estimator="flash_reinforce",
        get_cumulative_returns=lambda *a: O["get_cumulative_returns"](None, *a),
    )
    for case in range(5):
        inputs = batch(case)
        mask = torch.tensor(inputs["mask"])
        rows = mask.shape[0]
        rewards = torch.tensor([1.0, 0, 0, 0] if case == 0 else rng.standard_normal(rows) * 2)
        old, ref = inputs["old_log_probs"], inputs["rollout_log_probs"]
        coef = [0.0, 0.1, 0.01, 0.0, 0.05][case]
        clip = None if case < 3 else [-1.5, 1.0]
        maker.kl_ctl = types.SimpleNamespace(value=coef)
        maker.strategy = types.SimpleNamespace(args=types.SimpleNamespace(
            rollout=types.SimpleNamespace(n_samples_per_prompt=1),
            reward=types.SimpleNamespace(clip_range=clip),
            algo=types.SimpleNamespace(advantage=types.SimpleNamespace(
                estimator="flash_reinforce", gamma=1.0, no_std_norm=False)),
        ))
        experience = types.SimpleNamespace(
            index=list(range(rows)), rewards=rewards.clone(), action_mask=mask.bool(),
            kl=torch.tensor(old - ref) * mask, info={},
        )
        got = O["compute_advantages_and_returns"](maker, [experience])[0]
        write(
            "advantage", "openrlhf", "batch-mean", case,
            "OpenRLHF 0.11.2 trainer/ppo_utils/experience_maker.py compute_advantages_and_returns",
            {"gamma": 1.0, "lam": 1.0, "kl_coef": coef, "kl_estimator": "k1", "reward_clip": clip},
            {"mask": mask, "old_log_probs": old, "ref_log_probs": ref, "rewards": rewards,
             "group": list(range(rows))},
            {"advantages": got.advantages * mask, "returns": got.returns * mask,
             "shaped_return": got.info["return"]},
        )


def verl_weights():
    for name, level, threshold in [
        ("token-tis", "token", "1.3"), ("token-icepop", "token", "0.7_1.4"),
        ("sequence-tis", "sequence", "2.0"), ("sequence-icepop", "sequence", "0.5_2"),
    ]:
        for case in range(4):
            inputs = batch(case + 1)
            t = tensors(inputs)
            weights, _ = V["compute_rollout_correction_weights"](
                t["old_log_probs"] - t["rollout_log_probs"], t["mask"], level, threshold)
            write(
                "off-policy", "verl", name, case,
                "verl 0.9.1 trainer/ppo/rollout_corr_helper.py compute_rollout_correction_weights",
                {"rollout_is": level, "rollout_is_threshold": threshold},
                inputs, {"weights": weights},
            )


def verl_gates():
    thresholds = {"token": 0.02, "seq_sum": 0.1, "seq_mean": 0.02, "seq_max": 0.05}
    bands = {"token": "0.8_1.2", "seq_sum": "1.5", "seq_mean": "0.9_1.1"}
    for level, threshold in thresholds.items():
        for estimator in ["k1", "k2", "k3"]:
            if (level, estimator) == ("seq_max", "k1"):
                continue
            spec = bands[level] if estimator == "k1" else str(threshold)
            for case in range(4):
                inputs = batch(case + 2)
                t = tensors(inputs)
                mask, _ = V["compute_rollout_rejection_mask"](
                    t["old_log_probs"] - t["rollout_log_probs"], t["mask"], f"{level}_{estimator}", spec)
                write(
                    "off-policy", "verl", f"{level.replace('_', '-')}-{estimator}", case,
                    "verl 0.9.1 trainer/ppo/rollout_corr_helper.py compute_rollout_rejection_mask",
                    {"rollout_rs": f"{level}_{estimator}", "rollout_rs_threshold": spec},
                    inputs, {"mask": mask},
                )


def trl_mask():
    for case in range(6):
        inputs = batch(case)
        t = tensors(inputs)
        sequence = torch.tensor(rng.standard_normal((t["mask"].shape[0], 1)))
        inputs["advantages"] = numbers(sequence * t["mask"])
        keep = T["get_off_policy_mask"](
            sequence, t["log_probs"], t["rollout_log_probs"], t["mask"], 0.05)
        write(
            "off-policy", "trl", "off-policy-mask", case,
            "TRL 1.16 trainer/grpo_trainer.py get_off_policy_mask",
            {"off_policy_mask_threshold": 0.05}, inputs, {"mask": keep * t["mask"]},
        )


openrlhf_losses()
flash_reinforce()
verl_weights()
verl_gates()
trl_mask()
