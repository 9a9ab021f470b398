"""Makes the case files of src/test/resources/.../conformance/versions from the peers' own functions.

Never run by the build. The wheels come from PyPI and are unpacked side by side, with torch beside them:

    pip download --no-deps verl==0.9.1; unzip -d wheels/verl-0.9.1 verl-0.9.1*.whl       # and so on, see VERSIONS
    python versions.py wheels ../resources/org/align4j/algorithms/conformance/versions

A function is taken out of its file by name and run as it is, in float64: what is asked to be float32 is made float64,
for the case files hold what the formula gives and not what its rounding does.
"""

import ast
import json
import math
import pathlib
import sys
from collections import defaultdict
from types import SimpleNamespace as Box

import numpy as np
import torch

VERSIONS = ["openrlhf-0.5.5", "openrlhf-0.11.0", "openrlhf-0.11.2", "verl-0.7.0", "verl-0.8.0", "verl-0.9.1", "trl-1.10.0", "trl-1.16.0"]

torch.set_default_dtype(torch.float64)
torch.Tensor.float = torch.Tensor.double
WHEELS = pathlib.Path(sys.argv[1])
OUT = pathlib.Path(sys.argv[2])
SHAPES = [(1, 1), (3, 4), (4, 6), (5, 3)]


def take(path, names, **known):
    """The functions and classes of these names, without decorators, in a namespace of their own."""
    tree = ast.parse((WHEELS / path).read_text())
    space = {"torch": torch, "np": np, "F": torch.nn.functional, "nn": torch.nn, "defaultdict": defaultdict, "math": math}
    import itertools
    import typing

    space.update({name: getattr(typing, name) for name in typing.__all__})
    space["itertools"] = itertools
    space.update(known)
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names and node.name not in found:
            node.decorator_list = []
            found[node.name] = node
    assert set(found) == set(names), (path, set(names) - set(found))
    for name in names:
        code = "from __future__ import annotations\n" + ast.unparse(found[name])
        exec(compile(code, str(path), "exec"), space)
    return Box(**{name: space[name] for name in names})


class Maker:
    """Random inputs of a seed."""

    def __init__(self, seed, rows, columns, holes=True, empty=True):
        self.g = torch.Generator().manual_seed(seed)
        self.rows, self.columns = rows, columns
        mask = torch.zeros(rows, columns)
        for i in range(rows):
            length = 1 + int(torch.randint(columns, (1,), generator=self.g))
            mask[i, :length] = 1
            if holes and length > 2:
                mask[i, 1 + int(torch.randint(length - 2, (1,), generator=self.g))] = 0
        if empty and rows > 2:
            mask[rows - 1] = 0
        if holes and columns > 2:  # at least one row has a hole and a turn behind it
            mask[0, :3] = torch.tensor([1.0, 0.0, 1.0])
        self.mask = mask

    def normal(self, *shape, scale=1.0, shift=0.0):
        return torch.round((torch.randn(*shape, generator=self.g) * scale + shift) * 1e4) / 1e4

    def log_probs(self):
        return -torch.round(torch.rand(self.rows, self.columns, generator=self.g) * 3e4) / 1e4

    def near(self, x, scale=0.4):
        return torch.round((x + torch.randn(x.shape, generator=self.g) * scale) * 1e4) / 1e4


def numbers(x):
    if isinstance(x, torch.Tensor):
        x = x.detach().double().tolist()
    if isinstance(x, (list, tuple)):
        return [numbers(y) for y in x]
    if isinstance(x, float):
        assert math.isfinite(x), x
        return float(f"{x:.13g}")
    return x


def write(convention, kind, name, source, config, inputs, expected, index):
    case = {
        "kind": kind,
        "convention": convention,
        "name": name,
        "source": source,
        "config": config,
        "inputs": {key: numbers(value) for key, value in inputs.items()},
        "expected": {key: numbers(value) for key, value in expected.items()},
        # The peers add 1e-8 to lengths and counts; the head's numbers are float32.
        "tolerance": 1e-5 if kind == "token-log-prob" else 1e-7,
    }
    file = OUT / f"{kind}-{convention}-{name}-{index}.json"
    file.write_text(json.dumps(case, separators=(",", ":")) + "\n")


def gradient(of, x):
    x = x.clone().requires_grad_()
    loss = of(x)
    (grad,) = torch.autograd.grad(loss.sum(), x)
    return loss, grad


# verl


class VerlConfig(Box):
    def get(self, key, otherwise=None):
        return getattr(self, key, otherwise)


def verl(version):
    functional = take(
        f"verl-{version}/verl/utils/torch_functional.py", ["clip_by_value", "masked_sum", "masked_mean", "masked_var", "masked_whiten"]
    )
    core = take(
        f"verl-{version}/verl/trainer/ppo/core_algos.py",
        [
            "agg_loss",
            "kl_penalty_forward",
            "kl_penalty",
            "compute_gae_advantage_return",
            "compute_grpo_outcome_advantage",
            "compute_rloo_outcome_advantage",
            "compute_opo_outcome_advantage",
            "compute_gpg_outcome_advantage",
            "compute_remax_outcome_advantage",
            "compute_reinforce_plus_plus_outcome_advantage",
            "compute_reinforce_plus_plus_baseline_outcome_advantage",
            "compute_policy_loss_vanilla",
            "compute_policy_loss_gspo",
            "compute_policy_loss_gpg",
            "compute_policy_loss_cispo",
            "compute_value_loss",
        ],
        verl_F=functional,
        AlgoConfig=type("AlgoConfig", (), {}),
        DictConfig=dict,
        ActorConfig=VerlConfig,
    )
    return core


def verl_actor(**more):
    return VerlConfig(
        clip_ratio=0.2,
        clip_ratio_low=0.2,
        clip_ratio_high=0.28,
        clip_ratio_c=3.0,
        global_batch_info={},
        policy_loss=Box(),
        **more,
    )


def verl_policy(version, convention, name, aggregation, seed, index, shape):
    core = verl(version)
    m = Maker(seed, *shape)
    old = m.log_probs()
    new = m.near(old)
    advantages = m.normal(*shape)
    function = {
        "dual-clip": core.compute_policy_loss_vanilla,
        "gspo": core.compute_policy_loss_gspo,
        "gpg": core.compute_policy_loss_gpg,
        "cispo": core.compute_policy_loss_cispo,
    }[name]

    loss, grad = gradient(
        lambda x: function(old, x, advantages, m.mask, loss_agg_mode=aggregation, config=verl_actor())[0], new
    )
    write(
        convention,
        "policy-loss",
        name,
        f"verl {version} trainer/ppo/core_algos.py {function.__name__}",
        {"clip_low": 0.2, "clip_high": 0.28, "dual_clip": 3.0, "aggregation": aggregation},
        {"log_probs": new, "old_log_probs": old, "advantages": advantages, "mask": m.mask},
        {"loss": loss, "grad": grad},
        index,
    )


def verl_advantage(version, convention, name, seed, index, shape, gamma, lam, beta, samples):
    core = verl(version)
    m = Maker(seed, *shape, empty=name not in ("reinforce++", "gae", "remax"))
    rows, columns = shape
    old = m.log_probs() * m.mask
    ref = m.near(old) * m.mask
    rewards = m.normal(rows)
    group = [i // samples for i in range(rows)]
    values = m.normal(rows, columns)
    greedy = m.normal(rows)
    last = [int(torch.nonzero(row).max()) if row.sum() > 0 else -1 for row in m.mask]
    token = torch.zeros(rows, columns)
    for i, t in enumerate(last):
        if t >= 0:
            token[i, t] = rewards[i]
        else:  # the score of an empty row stays in its group: verl sums over all columns
            token[i, 0] = rewards[i]
    token = token - beta * core.kl_penalty(old, ref, "k1") * m.mask
    index_array = np.array(group)
    function = {
        "gae": core.compute_gae_advantage_return,
        "grpo": core.compute_grpo_outcome_advantage,
        "rloo": core.compute_rloo_outcome_advantage,
        "opo": core.compute_opo_outcome_advantage,
        "gpg": core.compute_gpg_outcome_advantage,
        "remax": core.compute_remax_outcome_advantage,
        "reinforce++": core.compute_reinforce_plus_plus_outcome_advantage,
        "reinforce++-baseline": core.compute_reinforce_plus_plus_baseline_outcome_advantage,
    }[name]
    if name == "gae":
        advantages, returns = function(token, values, m.mask, gamma, lam)
    elif name == "reinforce++":
        advantages, returns = function(token, m.mask, config=Box(gamma=gamma))
    elif name == "remax":
        advantages, returns = function(token, greedy, m.mask)
    else:
        advantages, returns = function(token, m.mask, index_array)
    inputs = {"mask": m.mask, "old_log_probs": old, "ref_log_probs": ref, "rewards": rewards, "group": group}
    if name == "gae":
        inputs["values"] = values * m.mask
    if name == "remax":
        inputs["greedy_rewards"] = greedy
    expected = {"advantages": advantages * m.mask}
    if name in ("gae", "reinforce++", "remax"):
        expected["returns"] = returns * m.mask
    write(
        convention,
        "advantage",
        name,
        f"verl {version} trainer/ppo/core_algos.py {function.__name__}",
        {"gamma": gamma, "lam": lam, "kl_coef": beta, "kl_estimator": "k1"},
        inputs,
        expected,
        index,
    )


def verl_kl(version, convention, name, seed, index, shape):
    core = verl(version)
    m = Maker(seed, *shape)
    new = m.log_probs() * m.mask
    ref = m.near(new, 1.5) * m.mask
    if shape[1] > 3:  # beyond every clamp
        new[0, 0], ref[0, 0] = -28.0, -0.5
        new[1, 0], ref[1, 0] = -0.25, -30.0
    value, grad = gradient(lambda x: core.kl_penalty(x, ref, name) * m.mask, new)
    write(
        convention,
        "kl",
        name,
        f"verl {version} trainer/ppo/core_algos.py kl_penalty",
        {},
        {"log_probs": new, "ref_log_probs": ref, "mask": m.mask},
        {"kl": value, "grad": grad},
        index,
    )


def verl_value(version, convention, aggregation, seed, index, shape):
    core = verl(version)
    m = Maker(seed, *shape)
    old = m.normal(*shape)
    new = m.near(old)
    returns = m.normal(*shape)
    loss, grad = gradient(lambda x: core.compute_value_loss(x, returns, old, m.mask, 0.5, aggregation)[0], new)
    write(
        convention,
        "value-loss",
        "clipped",
        f"verl {version} trainer/ppo/core_algos.py compute_value_loss",
        {"clip": 0.5, "aggregation": aggregation},
        {"values": new, "old_values": old, "returns": returns, "mask": m.mask},
        {"loss": loss, "grad": grad},
        index,
    )


# OpenRLHF


def openrlhf(version):
    package = f"openrlhf-{version}/openrlhf"
    old = version == "0.5.5"
    utils = take(
        f"{package}/models/utils.py",
        ["masked_mean", "compute_approx_kl", "compute_reward", "log_probs_from_logits"]
        + ([] if old else ["_logsumexp_by_chunk", "compute_entropy"]),
        KL_IS_WEIGHT_CLIP=10.0,
    )
    loss = take(
        f"{package}/models/loss.py",
        ([] if old else ["aggregate_loss"]) + ["PolicyLoss", "ValueLoss"],
        masked_mean=utils.masked_mean,
    )
    return utils, loss


def openrlhf_policy(version, convention, name, config, seed, index, shape):
    _, module = openrlhf(version)
    m = Maker(seed, *shape, empty=version != "0.5.5" and name != "gspo")
    old = m.log_probs()
    new = m.near(old)
    advantages = m.normal(*shape)
    if version == "0.5.5":
        policy = module.PolicyLoss(0.2)
    else:
        policy = module.PolicyLoss(
            clip_eps_low=config["clip_low"],
            clip_eps_high=config["clip_high"],
            dual_clip=config.get("dual_clip"),
            token_level_loss=config["aggregation"] == "token-mean",
            policy_loss_type="gspo" if name == "gspo" else "ppo",
        )

    def forward(x):
        answer = policy(x, old, advantages, action_mask=m.mask)
        return answer[0] if isinstance(answer, tuple) else answer

    loss, grad = gradient(forward, new)
    write(
        convention,
        "policy-loss",
        name,
        f"openrlhf {version} models/loss.py PolicyLoss",
        config,
        {"log_probs": new, "old_log_probs": old, "advantages": advantages, "mask": m.mask},
        {"loss": loss, "grad": grad},
        index,
    )


def openrlhf_value(version, convention, clip, seed, index, shape):
    _, module = openrlhf(version)
    m = Maker(seed, *shape, empty=version != "0.5.5")
    old = m.normal(*shape)
    new = m.near(old)
    returns = m.normal(*shape)
    value = module.ValueLoss(clip)

    def forward(x):
        answer = value(x, old, returns, action_mask=m.mask)
        return answer[0] if isinstance(answer, tuple) else answer

    loss, grad = gradient(forward, new)
    write(
        convention,
        "value-loss",
        "clipped" if clip else "plain",
        f"openrlhf {version} models/loss.py ValueLoss",
        {"clip": clip, "aggregation": "seq-mean-token-mean" if version == "0.5.5" else "token-mean"},
        {"values": new, "old_values": old, "returns": returns, "mask": m.mask},
        {"loss": loss, "grad": grad},
        index,
    )


def openrlhf_kl(version, convention, name, seed, index, shape):
    utils, _ = openrlhf(version)
    m = Maker(seed, *shape)
    new = m.log_probs() * m.mask
    ref = m.near(new, 1.5) * m.mask
    if shape[1] > 3:
        # Δ of −1000: until 0.11.0 the gradient of k3 overflowed there.
        new[0, 0], ref[0, 0] = (-1000.0, -0.5) if version == "0.11.2" else (-6.0, -0.5)
        new[1, 0], ref[1, 0] = -0.25, -30.0
    if version == "0.5.5":
        estimate = lambda x: utils.compute_approx_kl(x, ref, m.mask, use_kl_estimator_k3=name == "k3")
    else:
        estimate = lambda x: utils.compute_approx_kl(x, ref, kl_estimator=name) * m.mask
    value, grad = gradient(estimate, new)
    write(
        convention,
        "kl",
        name,
        f"openrlhf {version} models/utils.py compute_approx_kl",
        {},
        {"log_probs": new, "ref_log_probs": ref, "mask": m.mask},
        {"kl": value, "grad": grad},
        index,
    )


def openrlhf_head(version, convention, temperature, seed, index, shape):
    """What the actor does with its logits: Actor.forward of 0.11.2 divides them once, before both."""
    utils, _ = openrlhf(version)
    g = torch.Generator().manual_seed(seed)
    logits = torch.round(torch.randn(*shape, 5, generator=g) * 2e4) / 1e4
    labels = torch.randint(5, shape, generator=g)
    scaled = logits / temperature
    write(
        convention,
        "token-log-prob",
        f"temperature-{temperature}",
        f"openrlhf {version} models/actor.py Actor.forward, models/utils.py compute_entropy, log_probs_from_logits",
        {"temperature": temperature},
        {"logits": logits, "labels": labels},
        {"log_probs": utils.log_probs_from_logits(scaled, labels), "entropy": utils.compute_entropy(scaled)},
        index,
    )


def openrlhf_advantage(version, convention, name, seed, index, shape, gamma, lam, beta, samples):
    utils, _ = openrlhf(version)
    estimator = {
        "gae": "gae",
        "reinforce++": "reinforce",
        "reinforce++-baseline": "reinforce_baseline",
        "rloo": "rloo",
        "grpo": "group_norm",
        "dr-grpo": "dr_grpo",
    }[name]
    maker = take(
        f"openrlhf-{version}/openrlhf/trainer/ppo_utils/experience_maker.py",
        ["compute_advantages_and_returns", "get_advantages_and_returns", "get_cumulative_returns"],
        compute_reward=utils.compute_reward,
        apply_length_penalties=lambda experiences, args: None,
        logger=Box(warning=lambda text: None),
        Experience=Box,
    )
    m = Maker(seed, *shape, empty=False)
    rows, columns = shape
    old = m.log_probs() * m.mask
    ref = m.near(old) * m.mask
    rewards = m.normal(rows)
    values = m.normal(rows, columns) * m.mask
    args = Box(
        rollout=Box(n_samples_per_prompt=samples),
        reward=Box(clip_range=(-0.8, 0.9)),
        algo=Box(advantage=Box(estimator=estimator, gamma=gamma, lambd=lam, no_std_norm=False)),
    )
    self = Box(
        strategy=Box(args=args),
        kl_ctl=Box(value=beta),
        advantage_estimator=estimator,
    )
    self.get_advantages_and_returns = lambda *a: maker.get_advantages_and_returns(self, *a)
    self.get_cumulative_returns = lambda *a: maker.get_cumulative_returns(self, *a)
    experience = Box(
        index=list(range(rows)),
        rewards=rewards.clone(),
        kl=utils.compute_approx_kl(old, ref, kl_estimator="k1"),
        action_mask=m.mask,
        values=values,
        info={},
    )
    (done,) = maker.compute_advantages_and_returns(self, [experience])
    inputs = {
        "mask": m.mask,
        "old_log_probs": old,
        "ref_log_probs": ref,
        "rewards": rewards,
        "group": [i // samples for i in range(rows)],
    }
    if name == "gae":
        inputs["values"] = values
    write(
        convention,
        "advantage",
        name,
        f"openrlhf {version} trainer/ppo_utils/experience_maker.py compute_advantages_and_returns",
        {"gamma": gamma, "lam": lam, "kl_coef": beta, "kl_estimator": "k1", "reward_clip": [-0.8, 0.9]},
        inputs,
        {
            "advantages": done.advantages * m.mask,
            "returns": done.returns * m.mask,
            "shaped_return": done.info["return"],
        },
        index,
    )


# TRL


def trl_policy(version, convention, loss_type, level, beta, seed, index, shape, delta=None):
    trainer = take(
        f"trl-{version}/trl/trainer/grpo_trainer.py",
        ["_compute_loss"],
        nanmin=lambda x: x.min(),
        nanmax=lambda x: x.max(),
    )
    m = Maker(seed, *shape)
    rows, columns = shape
    old = m.log_probs()
    new = m.near(old)
    ref = m.near(old)
    advantages = m.normal(rows)
    high = 1.4 if loss_type == "cispo" else 0.28

    def forward(x):
        self = Box(
            _get_per_token_logps_and_entropies=lambda *a, **k: (x, torch.zeros_like(x), None),
            aux_loss_enabled=False,
            top_entropy_quantile=1.0,
            off_policy_mask_threshold=None,
            importance_sampling_level=level,
            beta=beta,
            args=Box(use_bias_correction_kl=False, delta=delta, steps_per_generation=1),
            loss_type=loss_type,
            epsilon_low=0.2,
            epsilon_high=high,
            use_vllm=False,
            model=Box(training=False),
            max_completion_length=columns + 2,
            _entropy_bonus_enabled=False,
            use_adaptive_entropy=False,
            _metrics=defaultdict(lambda: defaultdict(list)),
            accelerator=Box(num_processes=1, reduce=lambda t, reduction: t, gather=lambda t: t, sync_gradients=True),
            current_gradient_accumulation_steps=1,
            num_iterations=1,
        )
        return trainer._compute_loss(
            self,
            None,
            {
                "prompt_ids": torch.zeros(rows, 1),
                "prompt_mask": torch.ones(rows, 1),
                "completion_ids": torch.zeros(rows, columns),
                "completion_mask": m.mask,
                "advantages": advantages,
                "old_per_token_logps": old,
                "ref_per_token_logps": ref,
                "num_items_in_batch": m.mask.sum(),
            },
        )

    loss, grad = gradient(forward, new)
    name = "gspo" if level == "sequence" else loss_type
    config = {
        "clip_low": 0.2,
        "clip_high": high,
        "delta": delta,
        "aggregation": {"grpo": "seq-mean-token-mean", "dr_grpo": "seq-mean-token-sum-over-max-length"}.get(
            loss_type, "token-mean"
        ),
        "max_length": columns + 2,
        "kl_loss_coef": beta,
        "kl_loss_estimator": "k3",
    }
    write(
        convention,
        "policy-loss",
        name,
        f"trl {version} trainer/grpo_trainer.py _compute_loss, loss_type {loss_type}, {level}",
        config,
        {
            "log_probs": new,
            "old_log_probs": old,
            "ref_log_probs": ref,
            "advantages": (advantages.unsqueeze(1) * torch.ones_like(m.mask)),
            "mask": m.mask,
        },
        {"loss": loss, "grad": grad},
        index,
    )


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for file in OUT.glob("*.json"):
        file.unlink()
    seed = 0
    aggregations = ["token-mean", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm"]
    groups = [(2, 3), (4, 6), (6, 5), (6, 1)]
    for i, shape in enumerate(SHAPES):
        for name in ["k1", "k2", "k3", "abs", "k1+", "k3+"]:
            seed += 1
            verl_kl("0.9.1", "verl-0.9", name, seed, i, shape)
        for name in ["k1", "k2", "k3"]:
            seed += 1
            openrlhf_kl("0.11.2", "openrlhf-0.11.2", name, seed, i, shape)
        for name in ["k1", "k3"]:
            seed += 1
            openrlhf_kl("0.5.5", "openrlhf-0.5.5", name, seed, i, shape)
        for name in ["dual-clip", "gspo"]:
            seed += 1
            verl_policy("0.9.1", "verl-0.9", name, aggregations[i], seed, i, shape)
        for name in ["gpg", "cispo"]:
            seed += 1
            verl_policy("0.9.1", "verl-0.9", name, aggregations[i], seed, i, shape)
        seed += 1
        verl_policy("0.8.0", "verl-0.8", "gspo", aggregations[i], seed, i, shape)
        verl_policy("0.8.0", "verl-0.8", "dual-clip", "seq-mean-token-sum-norm", seed, i, shape)
        verl_policy("0.7.0", "verl-0.7", "dual-clip", "seq-mean-token-sum-norm", seed, i, shape)
        verl_value("0.9.1", "verl-0.9", aggregations[i], seed, i, shape)
        clip = {"clip_low": 0.2, "clip_high": 0.28, "dual_clip": None, "aggregation": ["token-mean", "seq-mean-token-mean"][i % 2]}
        seed += 1
        openrlhf_policy("0.11.2", "openrlhf-0.11.2", "ppo-clip", clip, seed, i, shape)
        openrlhf_policy("0.11.2", "openrlhf-0.11.2", "dual-clip", {**clip, "dual_clip": 1.5}, seed, i, shape)
        openrlhf_policy("0.11.2", "openrlhf-0.11.2", "gspo", {**clip, "aggregation": "token-mean"}, seed, i, shape)
        old = {"clip_low": 0.2, "clip_high": 0.2, "dual_clip": None, "aggregation": "seq-mean-token-mean"}
        openrlhf_policy("0.5.5", "openrlhf-0.5.5", "ppo-clip", old, seed, i, shape)
        openrlhf_value("0.11.2", "openrlhf-0.11.2", [0.5, None][i % 2], seed, i, shape)
        openrlhf_value("0.5.5", "openrlhf-0.5.5", 0.2, seed, i, shape)
        openrlhf_head("0.11.2", "openrlhf-0.11.2", [0.5, 0.7, 1.0, 1.6][i], seed, i, shape)
        seed += 1
        trl_policy("1.16.0", "trl-1.16", "grpo", "token", [0.0, 0.04][i % 2], seed, i, shape)
        trl_policy("1.16.0", "trl-1.16", "dapo", "token", [0.04, 0.0][i % 2], seed, i, shape, 1.5)
        trl_policy("1.16.0", "trl-1.16", "dr_grpo", "token", 0.0, seed, i, shape)
        trl_policy("1.16.0", "trl-1.16", "cispo", "token", 0.0, seed, i, shape)
        trl_policy("1.16.0", "trl-1.16", "grpo", "sequence", 0.0, seed, i, shape)
        gamma, lam, beta = [(1.0, 0.95, 0.1), (0.9, 1.0, 0.01), (0.97, 0.9, 0.0), (1.0, 1.0, 0.5)][i]
        group = groups[i]
        for name in ["reinforce++", "gae"]:
            seed += 1
            verl_advantage("0.9.1", "verl-0.9", name, seed, i, group, gamma, lam, beta, 1)
        seed += 1
        verl_advantage("0.9.1", "verl-0.9", "remax", seed, i, group, 1.0, lam, beta, 1)
        verl_advantage("0.8.0", "verl-0.8", "reinforce++", seed, i, group, gamma, lam, beta, 1)
        for name in ["grpo", "rloo", "opo", "gpg", "reinforce++-baseline"]:
            seed += 1
            verl_advantage("0.9.1", "verl-0.9", name, seed, i, group, 1.0, 1.0, 0.0, [2, 2, 3, 3][i])
        for name in ["gae", "reinforce++"]:
            seed += 1
            openrlhf_advantage("0.11.2", "openrlhf-0.11.2", name, seed, i, group, gamma, lam, beta, 1)
        for name in ["grpo", "rloo", "dr-grpo", "reinforce++-baseline"]:
            seed += 1
            openrlhf_advantage("0.11.2", "openrlhf-0.11.2", name, seed, i, group, 1.0, lam, beta, [2, 2, 3, 3][i])


main()
