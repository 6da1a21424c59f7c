// SPDX-License-Identifier: MIT
// Small .zst files, for damage.ts to break, and frames that are made to be a burden. The samples are pieces of the
// project's own recording, compressed by zstd 1.5 with small windows, so that there are several blocks in a few bytes.

import type { Dice } from "../random.ts";

/** zstd --ultra -22 --check: one block, one segment. */
const ONE_BLOCK = `
  KLUv/WQeCk0XAMZkcifgkuoBKhOAiVavgKhpuGANdiosMTODrAOLXRKZSKe6aXYMYwwhhBdvAGwAZQAQDh4QCgoCQ4IDxXmYMKhs2OtSN1t8sTKYnF3K
  yVnmXpzlSqNJKGwxHphJu9ih7sVqS6h7WaxmUU7DgaSqNI6Gga0ukJwaIwqkuyXuz39H2M3ZwhoSfKtqsziY5WjXwhm7DQGAAGQarCN8J4tzQwItZTKa
  bLsXVqN2BCGlEH2YycsnYU2ebkZHG/VeWsU0Vp6wrarXZaeO/icEHxOh2sKdbncK7kVZBNTdWJmuSHR06wW2mXrBrEj6x/colDB2R9riuVe0QMDz3sFo
  AB6TCIcKwoRioZsCYVCZUAiShq+29ZMyNlmwe+mXPtz9P/7M6eR8Tro4X4ekbfK0wWGv9irb2qUMzOqJtdRse6STtDyo2ngLONy4xDc+cKHZzFa1Da3G
  uak1ILPY49Dz7tHdpS2bar4XbHP7e0lj4azlS5SVBdLfU/rP36ROqYvv3UPo3XzUTfjvkE45HQQnfN5DI3wIXZL0PZNG+qJ0s811y+Tzfx+ZROx/lBFG
  f+45dx7fQfDdfPfv3QMfJ+M7dKWEov8/+Sbkn60NndKh9xeAgKjxNOWUqZkRhUmSNAaAZGjGqBvCiTRFFRIoASECIhyhhCISI5G0YOk18io32NeoRUSf
  rivboZJWyV0HRo+i4DQrxO51PFauI9nDJJU/kE8Gqd07eG++V9heCU8TLd2IPFdfkJ+x7pIZuFfB4IdltNLSX/0myC6j5zKKDeZdrlw9QbMu97r8yraP
  za7IJkGHkazHob+JK6hrzBADnQUG2XWaG9tFkj/gZhRM+IEqFyDVT81N0EJja30WR9b9Ls6r0onaOvxSnti1YQ6+HUUXn0WUaYPAhIVulsDArbZP5VHh
  ea79h0hDAAuKs4EYrIsgYIdtBTHNQfIeglbGERWuNFKH4+TRE0EdFsuICJizhIE/BgIDPV3G5sRCiCp0bpIW
`;

/** zstd -1 --zstd=wlog=10 --check: literals with the table of the block before, and plain ones. */
const FAST = `
  KLUv/UQAsxAMDQC22U4kIGuqDvAdzlaMj5MF5/f7MwZCEADejxi/3Ea5AscGKwlCIgQNRwBDAEUA0MVd6xMQRDEWg5UQgiM8ATSBstWldjEwOahpMTEO
  EF/YMrUykXMlh/XlzTmVBqOD8Fc4heI5AjMfPOHi+3/EX/IQh9jo/gGJgzB5yENsdAEeFAafYwmb0jEYGU/HIoPTMckU6ZjCkucc2rquc+6GR7Nwvrih
  inHuxiQ9Tof9SFZznop8MjIzc2tQnMCpREZsdO9Fpxd036Dpba4FE6ZBLdOgtvoim1SkY+ZmVA5zqYJt7tm1piRbXYmvH6l610o5XyoGXTQO5qGRY315
  MZEB802l3+M8aXwyvnpu9zhPqMUJXX3r1uq5+cH1sS1LLUZ113dyqr+LO8F50hNV+JSur+vci04JlvDiAb5YAPFliQEoIIACIRsyD9xnUhAER+q+04Or
  cdD72xQpEmJj5o6dAMuP4EsBbeHkVsItA3tbEdaBOwDr8C/C9NA0ZmMXBhMAmdhnI7mdxYjBRLlgK43Ze0WMBCHu1cDg1DOYNb2sI8qQ5rDkCQDXkjMz
  AC8ANQDMzK1B0MWdYAkvHuCLBSCIYiwGKzGIL7UykXMlh/XlRXaTk6ZE5TUpHydNgTF5SnwITxcyvnpu9zhPqMUJXX3r1uq5+cH1sS1LLUZ113dyqr+L
  O8F50hNV+JSur+tMRT4ZOc3C+eKGKsa5G5P0OB32I1lNrU8gBEd4AmgCZatL7WJgclDTYmIcIL6wZSSMUQHgfo/zpPEFrjUl2ecQG9170ekF3Tdoeptr
  udaUZLtWymEWqShRNk4cJw9pTDJFOqaw5DmHtrrhES4gsAKpGlUHcFk+BxgYmu5YkVzgAeMjwD1FQPeAjiDhAxvw5VNQU7ndUSLK17qoZ9eS4Mo4GUpQ
  M5EhsKT2w9Vx0PO3qVEkYWPKHQMBiw9ANAHt934LA7tcizYWb2Jf4QLoN3iJDYtRKycWJA0AxtlOJCBrbA7wb+s3a1q0+vIaBQQwCAZy84MlJCRkYs06
  cU8LEBrANEQAQABHAItkGXd317koyrYdk1pXrITZDmy2AlFUNVcDlZrEmWlqGE+VHK4z7OQubpMH4b94iwX0hN1FuOJF/v/EN2HEIZRRD7ABzNJGQrju
  NT++yowsI0/ffo+vErmowDfdtXPTt/ex02NfdF6Y9deVeqxztq3wPGlqLlyRr7P6nBNuSLJqNqmvEkuD/FrSFPkajG2V12KDymuyLfK1pSX8IPrK6vPt
  h4fD8M22Iwv7toOSHqnDhqTLmaYrEIInQAFToaJWnbQxQDlUVIPCEBIPkInvLZARyqg1m9QLun/Qszr14sYxacM46Jh5dxuznqbOBerU73NdSdQ6fE9T
  9ZyxsNlwHBpoMp7rTNxFOoYLA04YeREBKCBwAiGbohuBlPLZBNi7aWGfsAMQdx84jA1NYzZ8YRAC4Hz9D8ovr06NY4Yt7aQiyQBB1wyywXmEg/IEcWBc
  x1Ftw0WduijAtG2XURjk04Or5qDr29Qp0rFxyFzsPoSjYAmITQ0BbAYAAgofHGBr23jEX1dlMy0/AKhAzUhEJLJt0ZepeBRMDAOcEuCtD34trIrV4Rs9
  +NWS1yKH2ZkO33/ukNtpFufBMKjvjVAw9WJJ4FKon0NZTKni/39ma+8tuNr3wt8HrTESp9EokgAaWFky4x92Md5lrFamLmGTIsqYWlZNiiCFCSAAPmUe
  gpaBHAJLRPsBrgIO+nybwhRV8N0UI1jljhkCdj7Q+Qlo5t6X4gCI8WCmtEAgiBlIBNgXKApa0OEGQYlBKABfoGgYoAoYdYECWJUBAMggMC0zNTk1MzYw
  MTk2MDU0ODYwMzU5MTYwCgCgIzDYwGzAAyiWDrcNSgzCAkYFUYANw721jg==
`;

/** zstd -19 --zstd=wlog=10 --check */
const SLOW = `
  KLUv/UQAsxB0DAAWlUIgQI8eTK7ovvgPgabmpodPjIFLTWVJERJ1oWLvjOLJzQE9ADgAOQATSyogmuEI3AZlVflakcNUoabIhC0E3bjlYOxAoCxVrm5g
  rdW6KF+M3YZnMDia4e6LHjwJBQ0nLLyCBckdrUbZXLZYX6PN0tdsm/Bh/soy1P6WyyNpz/yjCmt/yiS1nDq+Q7qe9moppNKdi6LMH+MeRBHlXAHfir/5
  yVecDuU21FFLn7s/VkFOvg/rye3PPSVZVVsJq36MKaibCruRp+I4LgSSk84XIwRkbIvwtRmywmqvhLgjJ2t8uN07h/viuOVf1r2wqt/nCaoaZv4NqOdP
  99E/cBozP3jmBOkzVs/ZnTrxATcggCQoGzIPB5+hlEGdMYAb4HUTAANtrrjfJAGXGkUyNuasShOQdgDETsDiQycDwMuBKa2Ty4t+CQCAGFoYnvg/QBbo
  /GCGR0Ab6MdGBgxMAGzQ74XRgnzZmAQX0wgTvYItvYltBJfwIkTwDDAxumkCsmMoZg4Y9hrrFjCYoTfHBoQCAGJDCAnAO0TJDRWrghOUmf5SzDMhaNrP
  7KTmeM8g4hyfmi9hEhSwgEwmbQwcxbEyU7M8ilEjmFAfhBlJUb8mhMkcwGLXPJ9mnP47sAxx5HKGXAMAkgMMEKDtzN648IQ43EVkklKuap4rVMkePTf/
  2zawqeXSAwtKg4qlKExGfsO5rlOfw8QBF7Bw1kytMQEZoPRhMgUUh8nOTp95mOo4un72KoH3lYLsNgBZI5KeaEUORCbUB2E6UpSC0oSdGgc8AgAyAgcM
  0OcQgSmhTZJyAZ8Bz3Rp3MFYnexUEUJKS/wCFPAy9yBMICnqQOnCZDpgcSZri0tuPP0HgTdgbTEgBzRMqB+E+acqB10BAJJBBQqwuQEEIsuo0+S4V4q7
  NLwldywuhgrw9Bm9Jvh4Rug/D7whOQKiZgjDvbWO
`;

export const ZSTD_SAMPLES: readonly Uint8Array[] = [ONE_BLOCK, FAST, SLOW].map((text) => Buffer.from(text, "base64"));

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPABLE = [0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
/** Without a checksum, and with windows from 1 KiB to 8 MiB. */
const WINDOWS = [0x00, 0x38, 0x50, 0x68];

function block(type: number, size: number, last: boolean, content: readonly number[]): number[] {
  const header = (size << 3) | (type << 1) | (last ? 1 : 0);
  return [header & 255, (header >> 8) & 255, (header >> 16) & 255, ...content];
}

const bytesOf = (count: number, dice: Dice) => Array.from({ length: count }, () => dice.below(256));

/** Sequences whose codes are given: three tables of one symbol each, which may ask for copies of up to 128 KiB. */
function sequences(dice: Dice): number[] {
  const literals = dice.below(40);
  const count = dice.oneOf([1, 2, 20, 127, 1000, 0x7eff, 0x7f00, 90_000]);
  const counted =
    count < 128
      ? [count]
      : count < 0x7f00
        ? [128 + (count >> 8), count & 255]
        : [255, (count - 0x7f00) & 255, (count - 0x7f00) >> 8];
  const codes = [dice.oneOf([0, 1, 16, 35, 40]), dice.oneOf([0, 1, 5, 31, 60]), dice.oneOf([0, 10, 52, 70])];
  const content = dice.once(2) ? bytesOf(literals, dice) : [7];
  const head = content.length === 1 ? (literals << 3) | 1 : literals << 3;
  if (literals > 31) return [head & 255, 0, dice.below(256)];
  return [head, ...content, ...counted, 0x54, ...codes, ...bytesOf(dice.below(30), dice), 1 + dice.below(255)];
}

/** A frame with blocks of every type and any size. */
export function madeFrame(dice: Dice): Uint8Array {
  const blocks: number[] = [];
  for (let left = dice.below(6); left >= 0; left--) {
    const type = dice.below(4);
    const content = type === 2 ? sequences(dice) : bytesOf(type === 1 ? 1 : dice.below(200), dice);
    const size = type === 1 ? dice.below(1 << (7 + dice.below(15))) : content.length;
    blocks.push(...block(type, size, left === 0, content));
  }
  const start = dice.once(4) ? SKIPPABLE : [];
  return Uint8Array.from([...start, ...MAGIC, 0, dice.oneOf(WINDOWS), ...blocks]);
}
