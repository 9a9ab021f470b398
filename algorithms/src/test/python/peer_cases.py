"""Makes conformance cases from the peers' own functions. Never run by the build.

    python peer_cases.py --peers FOLDER --out FOLDER [--seed 1]

FOLDER of the peers holds the unpacked wheels verl 0.9.1, TRL 1.16.0 and OpenRLHF 0.11.2; torch and
numpy must be installed. A function is taken out of its file as it stands; what it asks of its trainer
is answered by a stub. The format is that of the case files (kind, convention, name, source, config,
inputs, expected, tolerance).
"""

import argparse
import ast
import collections
import importlib.util
import json
import pathlib
import sys
import textwrap
import types

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def find(root, suffix):
    return next(p for p in sorted(root.rglob(pathlib.Path(suffix).name)) if str(p).endswith(suffix))


def take(path, name, **names):
    """A function or method of a file, without its decorators, in a namespace of these names."""
    tree = ast.parse(path.read_text())
    node = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name)
    node.decorator_list = []
    node.returns = None
    for argument in node.args.args + node.args.kwonlyargs:
        argument.annotation = None
    namespace = {"torch": torch, "F": F, "np": np, **names}
    exec(compile(ast.Module([node], []), str(path), "exec"), namespace)
    return namespace[name]


class Stub(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(
            name,
            (),
            {"__init__": lambda self, *a, **k: None, "__call__": lambda self, f, *a, **k: f},
        )
        setattr(self, name, value)
        return value


def verl(peers):
    """verl's core_algos with its own torch_functional; all else it imports is a stub."""

    def stub(name):
        if name not in sys.modules:
            module = Stub(name)
            module.__path__ = []
            sys.modules[name] = module
            if "." in name:
                parent, child = name.rsplit(".", 1)
                stub(parent)
                setattr(sys.modules[parent], child, module)

    def load(name, path):
        stub(name.rsplit(".", 1)[0])
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        for _ in range(60):
            try:
                spec.loader.exec_module(module)
                return module
            except ModuleNotFoundError as e:
                stub(e.name)
        raise RuntimeError(name)

    functional = load("verl.utils.torch_functional", find(peers, "verl/utils/torch_functional.py"))
    sys.modules["verl.utils"].torch_functional = functional
    return load("verl.trainer.ppo.core_algos", find(peers, "verl/trainer/ppo/core_algos.py"))


def rounded(tensor, digits):
    return np.round(np.asarray(tensor.detach(), dtype=np.float64), digits).tolist()


class Writer:
    def __init__(self, out):
        self.out = out
        self.counts = collections.Counter()

    def write(self, kind, convention, name, source, config, inputs, expected, tolerance=1e-5):
        key = f"{kind}-{convention}-{name}"
        case = {
            "kind": kind,
            "convention": convention,
            "name": name,
            "source": source,
            "config": config,
            "inputs": {k: rounded(v, 6) for k, v in inputs.items()},
            "expected": {k: rounded(torch.as_tensor(v), 10) for k, v in expected.items()},
            "tolerance": tolerance,
        }
        path = self.out / f"{key}-{self.counts[key]}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        self.counts[key] += 1


# Not (3, 1): two tokens have one covariance, and which is the larger is a matter of rounding.
SHAPES = [(4, 6), (4, 1), (5, 7), (1, 5)]


def round6(x):
    return torch.tensor(np.round(x, 6))


def batch(rng, shape, spread=0.5, per_token=False):
    """Log-probs with holes; the last of several rows is empty."""
    b, t = shape
    mask = np.ones((b, t))
    for i in range(b):
        mask[i, rng.integers(1, t + 1):] = 0
        mask[i, 1:] *= rng.random(t - 1) > 0.2
    if b > 2:
        mask[-1] = 0
    old = -rng.exponential(1.2, (b, t))
    new = np.minimum(old + spread * rng.standard_normal((b, t)), -1e-3)
    advantages = rng.standard_normal((b, t) if per_token else (b, 1)) * np.ones((b, t))
    return {
        "log_probs": round6(new).requires_grad_(),
        "old_log_probs": round6(old),
        "advantages": round6(advantages),
        "mask": torch.tensor(mask),
    }


def gradient(loss, x):
    (found,) = torch.autograd.grad(loss, x)
    return found


def verl_losses(peers, rng, writer):
    core = verl(peers)
    actor = sys.modules["verl.workers.config"].ActorConfig
    source = "verl 0.9.1 trainer/ppo/core_algos.py "

    class Config(actor):
        def __init__(self, **values):
            self.__dict__.update(values)

        def get(self, key, default=None):
            return self.__dict__.get(key, default)

    for shape in SHAPES:
        for name in ["sapo", "dppo_tv", "dppo_kl", "clip_cov", "kl_cov", "geo_mean"]:
            inputs = batch(rng, shape, 0.7, per_token=name != "geo_mean")
            low, high = {
                "dppo_tv": (0.1, 0.15),
                "dppo_kl": (0.05, 0.03),
                "geo_mean": (0.4, 0.3),
            }.get(name, (0.2, 0.28))
            mode = "token-mean" if shape[1] > 5 else "seq-mean-token-mean"
            cov = {"cov_share": 0.3, "cov_low": 0.05, "cov_high": 5.0, "cov_penalty": 0.7}
            if name == "clip_cov":
                # All candidates are taken: which ones are drawn is each library's own affair.
                cov["cov_share"] = 1.0
            config = Config(
                clip_ratio=0.2,
                clip_ratio_low=low,
                clip_ratio_high=high,
                clip_ratio_c=2.5,
                tau_pos=1.3,
                tau_neg=1.6,
                global_batch_info={},
                policy_loss=types.SimpleNamespace(
                    clip_cov_ratio=cov["cov_share"],
                    clip_cov_lb=cov["cov_low"],
                    clip_cov_ub=cov["cov_high"],
                    kl_cov_ratio=cov["cov_share"],
                    ppo_kl_coef=cov["cov_penalty"],
                ),
            )
            function = core.get_policy_loss_fn(name)
            loss, metrics = function(
                inputs["old_log_probs"],
                inputs["log_probs"],
                inputs["advantages"],
                inputs["mask"],
                loss_agg_mode=mode,
                config=config,
            )
            expected = {"loss": loss, "grad": gradient(loss, inputs["log_probs"])}
            if name not in ("geo_mean", "kl_cov"):
                expected["clip_fraction"] = metrics["actor/pg_clipfrac"]
            settings = {"clip_low": low, "clip_high": high, "aggregation": mode}
            if name == "sapo":
                settings.update(sapo_positive=1.3, sapo_negative=1.6)
            if name.startswith("dppo"):
                settings.update(dppo_cap=2.5)
            if name.endswith("cov"):
                settings.update(cov)
            writer.write(
                "policy-loss",
                "verl",
                name.replace("_", "-").replace("geo-mean", "gmpo"),
                source + function.__name__,
                settings,
                inputs,
                expected,
            )

    gdpo = core.compute_gdpo_outcome_advantage
    for b, t in [(6, 4), (5, 1), (8, 6), (4, 3)]:
        mask = batch(rng, (b, t))["mask"]
        group = np.sort(rng.integers(0, 3, b)) if b != 5 else np.array([0, 1, 0, 1, 2])
        components = round6(np.stack([rng.integers(0, 2, b), rng.standard_normal(b)]))
        weights = [1.0, 0.5]
        lengths = torch.tensor([max([j + 1 for j in range(t) if row[j]] or [1]) for row in mask])
        attention = (torch.arange(t)[None] < lengths[:, None]).long()
        advantages, _ = gdpo(
            torch.zeros(b, t),
            mask,
            np.array([str(g) for g in group]),
            config=types.SimpleNamespace(
                get=lambda key, default=None: {
                    "gdpo_reward_keys": ["a", "b"],
                    "gdpo_reward_weights": weights,
                    "norm_adv_by_std_in_grpo": True,
                }.get(key, default)
            ),
            non_tensor_batch={"a": components[0].numpy(), "b": components[1].numpy()},
            batch={"prompts": torch.zeros(b, 1), "attention_mask": F.pad(attention, (1, 0))},
        )
        total = components[0] * weights[0] + components[1] * weights[1]
        writer.write(
            "advantage",
            "verl",
            "gdpo",
            source + "compute_gdpo_outcome_advantage",
            {"weights": weights, "kl_coef": 0.0},
            {
                "mask": mask,
                "old_log_probs": torch.zeros(b, t),
                "rewards": total,
                "components": components,
                "group": torch.tensor(group),
            },
            {"advantages": advantages},
            5e-5,
        )


class Accelerator:
    num_processes = 1
    sync_gradients = True
    process_index = 0
    device = "cpu"

    def gather(self, x):
        return x

    def gather_for_metrics(self, x):
        return x

    def reduce(self, x, reduction=None):
        return x

    def pad_across_processes(self, x, dim=0, pad_index=0):
        return x


def trl_trainer(path, scores, **values):
    trainer = types.SimpleNamespace(
        model=types.SimpleNamespace(training=False),
        accelerator=Accelerator(),
        _metrics=collections.defaultdict(lambda: collections.defaultdict(list)),
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level="token",
        beta=0.0,
        loss_type="grpo",
        use_vllm=False,
        _entropy_bonus_enabled=False,
        use_adaptive_entropy=False,
        entropy_coef=0.0,
        epsilon_low=0.2,
        epsilon_high=0.28,
        args=types.SimpleNamespace(delta=None, use_bias_correction_kl=False),
        _get_per_token_logps_and_entropies=lambda *a, **k: (*scores, None),
    )
    trainer.__dict__.update(values)
    mask = take(path, "get_high_entropy_mask")
    trainer.get_high_entropy_mask = lambda *a: mask(trainer, *a)
    return trainer


def trl_losses(peers, rng, writer):
    path = find(peers, "trl/trainer/grpo_trainer.py")
    gmpo_path = find(peers, "trl/experimental/gmpo/gmpo_trainer.py")
    compute = take(path, "_compute_loss", nanmin=torch.min, nanmax=torch.max)
    geometric = take(gmpo_path, "_compute_loss", nanmin=torch.min, nanmax=torch.max)
    for shape in SHAPES:
        for name in ["sapo", "gmpo", "kl-value", "entropy"]:
            inputs = batch(rng, shape)
            # TRL compares with a quantile in single precision: 64ths are exact in it.
            entropy = round6(np.round(64 * rng.exponential(0.6, shape)) / 64).requires_grad_()
            reference = round6(inputs["old_log_probs"].numpy() + 0.3 * rng.standard_normal(shape))
            values = {}
            config = {"clip_low": 0.2, "clip_high": 0.28, "aggregation": "seq-mean-token-mean"}
            used = dict(inputs)
            if name == "sapo":
                values["loss_type"] = "sapo"
                values["args"] = types.SimpleNamespace(
                    delta=None,
                    use_bias_correction_kl=False,
                    sapo_temperature_pos=1.0,
                    sapo_temperature_neg=1.05,
                )
            if name == "gmpo":
                values.update(epsilon_low=0.4, epsilon_high=0.4)
                # TRL's rows always have a token: an empty one would add the constant -advantage.
                used["advantages"] = inputs["advantages"] * (inputs["mask"].sum(1, True) > 0)
                config.update(clip_low=0.4, clip_high=0.4)
            if name == "kl-value":
                values["beta"] = 0.3
                values["args"] = types.SimpleNamespace(delta=None, use_bias_correction_kl=True)
                used["ref_log_probs"] = reference
                config.update(kl_loss_coef=0.3, kl_loss_estimator="k3", kl_weighting="value")
            if name == "entropy":
                values.update(top_entropy_quantile=0.4, _entropy_bonus_enabled=True)
                values.update(entropy_coef=0.05, loss_type="bnpo")
                used["entropy"] = entropy
                config.update(aggregation="token-mean", top_entropy=0.4, entropy_coef=0.05)
            trainer = trl_trainer(path, (inputs["log_probs"], entropy), **values)
            b, t = shape
            data = {
                "prompt_ids": torch.zeros(b, 1),
                "prompt_mask": torch.ones(b, 1),
                "completion_ids": torch.zeros(b, t),
                "completion_mask": inputs["mask"],
                "advantages": used["advantages"][:, 0],
                "old_per_token_logps": inputs["old_log_probs"],
                "ref_per_token_logps": reference,
            }
            function, where = (
                (geometric, "experimental/gmpo/gmpo_trainer.py")
                if name == "gmpo"
                else (compute, "trainer/grpo_trainer.py")
            )
            loss = function(trainer, trainer.model, data)
            expected = {"loss": loss, "grad": gradient(loss.sum(), inputs["log_probs"])} if name != (
                "entropy"
            ) else dict(
                zip(
                    ["loss", "grad", "entropy_grad"],
                    [loss, *torch.autograd.grad(loss, [inputs["log_probs"], entropy])],
                )
            )
            writer.write(
                "policy-loss",
                "trl",
                name,
                f"TRL 1.16.0 {where} _compute_loss",
                config,
                used,
                expected,
            )


def trl_gdpo(peers, rng, writer):
    path = find(peers, "trl/trainer/grpo_trainer.py")
    text = path.read_text()
    start = text.index('elif self.multi_objective_aggregation == "normalize_then_sum":')
    block = text[text.index("\n", start) + 1 : text.index("        else:\n", start)]
    nanstd = take(find(peers, "trl/trainer/utils.py"), "nanstd")
    for groups, n, t in [(2, 3, 4), (3, 2, 1), (1, 4, 5), (2, 4, 3)]:
        b = groups * n
        mask = batch(rng, (b, t))["mask"]
        components = round6(np.stack([rng.integers(0, 2, b), rng.standard_normal(b), rng.random(b)]))
        weights = [1.0, 0.5, 2.0]
        names = {
            "torch": torch,
            "nanstd": nanstd,
            "rewards_per_func": components.T.contiguous(),
            "num_generations": n,
            "device": "cpu",
            "unscorable_mask": torch.zeros(b, dtype=torch.bool),
            "self": types.SimpleNamespace(
                reward_funcs=weights, reward_weights=torch.tensor(weights)
            ),
        }
        exec(textwrap.dedent(block), names)
        writer.write(
            "advantage",
            "trl",
            "gdpo",
            "TRL 1.16.0 trainer/grpo_trainer.py normalize_then_sum",
            {"weights": weights, "kl_coef": 0.0},
            {
                "mask": mask,
                "old_log_probs": torch.zeros(b, t),
                "rewards": (components * torch.tensor(weights)[:, None]).sum(0),
                "components": components,
                "group": torch.arange(b) // n,
            },
            {"advantages": names["advantages"][:, None] * mask},
        )


def openrlhf_kl(peers, rng, writer):
    path = find(peers, "openrlhf/models/utils.py")
    function = take(path, "compute_approx_kl", KL_IS_WEIGHT_CLIP=10.0)
    for shape, estimator in zip(SHAPES, ["k1", "k2", "k3", "k3"]):
        inputs = batch(rng, shape, 1.5)
        reference = round6(inputs["old_log_probs"].numpy() + rng.standard_normal(shape))
        inputs["advantages"] = torch.zeros(shape)
        kl = function(
            inputs["log_probs"].double(),
            reference,
            inputs["old_log_probs"],
            kl_estimator=estimator,
            unbiased_gradient=True,
        )
        # Aggregation is the project's own: a mean over tokens, times the coefficient.
        loss = 0.2 * (kl * inputs["mask"]).sum() / inputs["mask"].sum()
        writer.write(
            "policy-loss",
            "openrlhf",
            "kl-gradient",
            "OpenRLHF 0.11.2 models/utils.py compute_approx_kl, unbiased_gradient",
            {
                "aggregation": "token-mean",
                "kl_loss_coef": 0.2,
                "kl_loss_estimator": estimator,
                "kl_weighting": "gradient",
            },
            {**inputs, "ref_log_probs": reference},
            {"loss": loss, "grad": gradient(loss, inputs["log_probs"])},
        )


def log1mexp(x):
    """Of TRL's ORPO: log(1 - e^x), here in torch's own functions."""
    return torch.log(-torch.expm1(x))


def trl_pairs(peers, rng, writer):
    orpo = find(peers, "trl/experimental/orpo/orpo_trainer.py")
    cpo = find(peers, "trl/experimental/cpo/cpo_trainer.py")
    kto = find(peers, "trl/trainer/kto_trainer.py")
    odds = take(orpo, "odds_ratio_loss", log1mexp=log1mexp)
    simpo = take(cpo, "cpo_loss")
    prospect = take(
        kto,
        "_compute_loss",
        is_peft_model=lambda model: False,
        disable_gradient_checkpointing=lambda *a: torch.no_grad(),
    )
    for b in [3, 1, 5, 2]:
        lengths = [torch.tensor(rng.integers(1, 9, b)).double() for _ in range(2)]
        sums = [round6(-rng.exponential(0.9, b) * n.numpy()).requires_grad_() for n in lengths]
        frozen = [round6(s.detach().numpy() + 0.8 * rng.standard_normal(b)) for s in sums]
        means = [s / n for s, n in zip(sums, lengths)]
        inputs = {
            "policy_chosen": sums[0],
            "policy_rejected": sums[1],
            "chosen_lengths": lengths[0],
            "rejected_lengths": lengths[1],
        }

        def write(name, source, config, loss, more=()):
            found = torch.autograd.grad(loss, sums, retain_graph=True)
            writer.write(
                "preference-loss",
                "trl",
                name,
                "TRL 1.16.0 " + source,
                config,
                {**inputs, **dict(more)},
                {"loss": loss, "grad_policy_chosen": found[0], "grad_policy_rejected": found[1]},
            )

        trainer = types.SimpleNamespace(
            accelerator=Accelerator(),
            beta=0.3,
            alpha=0.0,
            loss_type="simpo",
            simpo_gamma=0.5,
            label_smoothing=0.0,
        )
        # .float() in the peer: single precision.
        terms = odds(trainer, *means)[0]
        nll = -sums[0].sum() / lengths[0].sum()
        write(
            "orpo",
            "experimental/orpo/orpo_trainer.py odds_ratio_loss; the mean over response tokens beside it",
            {"beta": 0.3},
            nll - terms.double().mean(),
        )
        losses = simpo(trainer, *means)[0]
        write(
            "simpo",
            "experimental/cpo/cpo_trainer.py cpo_loss",
            {"beta": 0.3, "margin": 0.5},
            losses.mean(),
        )

        kl = [round6(rng.standard_normal(2 * b)) for _ in range(2)]
        label = torch.tensor([True] * b + [False] * b)

        def answers(policy):
            values = torch.cat(policy)[:, None]
            return lambda **kw: types.SimpleNamespace(
                log_probs=values,
                entropy=torch.zeros_like(values),
                mean_logits=torch.zeros_like(values),
                loss=None,
            )

        model = answers(sums)
        model.training = False
        ref = answers(frozen)
        trainer = types.SimpleNamespace(
            accelerator=Accelerator(),
            model=model,
            ref_model=ref,
            beta=0.4,
            loss_type="kto",
            desirable_weight=1.2,
            undesirable_weight=0.8,
            aux_loss_enabled=False,
            precompute_ref_logps=False,
            calculate_KL=True,
            args=types.SimpleNamespace(gradient_checkpointing_kwargs=None),
            _metrics=collections.defaultdict(lambda: collections.defaultdict(list)),
            _compute_kl_logps=lambda m, _: kl[0] if m is model else kl[1],
            _total_train_tokens=0,
        )
        data = {
            "input_ids": torch.zeros(2 * b, 2, dtype=torch.long),
            "attention_mask": torch.ones(2 * b, 2),
            "completion_mask": torch.ones(2 * b, 2),
            "label": label,
        }
        loss = prospect(trainer, model, data, False)
        point = max(0.0, float((kl[0] - kl[1]).mean()))
        write(
            "kto",
            "trainer/kto_trainer.py _compute_loss",
            {"beta": 0.4, "desirable": 1.2, "undesirable": 0.8, "kl": point},
            loss,
            {"ref_chosen": frozen[0], "ref_rejected": frozen[1]}.items(),
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    writer = Writer(options.out)
    for part in [verl_losses, trl_losses, trl_gdpo, openrlhf_kl, trl_pairs]:
        try:
            part(options.peers, np.random.default_rng(options.seed), writer)
        except Exception as e:
            print(f"{part.__name__}: {e!r}", file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
