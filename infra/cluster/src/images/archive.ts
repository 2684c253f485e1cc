import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../processes/command.js';

/** Of the architectures that Node and Go both know, by Node's name. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The configuration of an image that is one static program, run as nobody in particular. */
export const imageConfiguration = (program: string, layerDigest: string, arch: string): object => ({
  architecture: ARCHITECTURES[arch] ?? arch,
  os: 'linux',
  config: { User: '65532:65532', Entrypoint: [`/${program}`] },
  rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
});

/** Packs a static program as the image `localhost/<name>:1`, in the form of `docker save`, beside the program. */
export const packProgram = async (name: string, program: string): Promise<string> => {
  const archive = `${program}.tar`;
  const folder = mkdtempSync(join(dirname(program), `.${name}-image-`));
  try {
    copyFileSync(program, join(folder, name));
    const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--mode=0755'];
    await runCommand('tar', ['-C', folder, ...reproducible, '-cf', join(folder, 'layer.tar'), name]);
    const digest = await digestOf(join(folder, 'layer.tar'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(imageConfiguration(name, digest, process.arch)));
    const manifest = [{ Config: 'config.json', RepoTags: [`localhost/${name}:1`], Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const files = ['manifest.json', 'config.json', 'layer.tar'];
    await runCommand('tar', ['-C', folder, '-cf', join(folder, 'image.tar'), ...files]);
    renameSync(join(folder, 'image.tar'), archive);
    return archive;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
