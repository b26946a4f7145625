using MpcSigner.Documents.Yaml;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Options;

/// <summary>Loads the options from disk and checks that the files they name are there, all in one report.</summary>
internal static class NodeOptionsFile
{
    /// <exception cref="StartRefusedException">With every error of the file and every missing file.</exception>
    public static NodeOptions Load(string path)
    {
        var full = Path.GetFullPath(path);
        var bytes = BoundedFile.Read(full, YamlBounds.Small.MaxBytes, ExitCode.BadOptions, "The options file");
        if (!NodeOptionsDocument.TryParse(bytes, Path.GetDirectoryName(full)!, out var options, out var errors))
            throw Refuse(full, errors.Select(e => e.ToString()));
        var missing = Missing(options).ToList();
        return missing.Count == 0 ? options : throw Refuse(full, missing);
    }

    private static IEnumerable<string> Missing(NodeOptions options)
    {
        (string Key, string Path)[] files =
        [
            ("roster", options.Roster), ("roster_signature", options.RosterSignature), ("policy", options.Policy),
            ("policy_signature", options.PolicySignature), ("authority", options.Authority),
        ];
        foreach (var (key, path) in files.Where(f => !File.Exists(f.Path)))
            yield return $"{key}: there is no file {path}";
        if (!Directory.Exists(options.Directory))
            yield return $"directory: there is no folder {options.Directory}; 'init' makes it";
        (string Key, PassphraseSource? Source)[] secrets =
        [
            ("passphrase", options.Passphrase), ("former_passphrase", options.FormerPassphrase), ("hsm.pin", options.Hsm?.Pin), ("former_hsm.pin", options.FormerHsm?.Pin),
        ];
        foreach (var (key, source) in secrets)
        {
            if (source is PassphraseSource.FromFile { Path: var path } && !File.Exists(path))
                yield return $"{key}.file: there is no file {path}";
        }
        foreach (var (key, hsm) in (IEnumerable<(string, HsmOptions?)>)[("hsm", options.Hsm), ("former_hsm", options.FormerHsm)])
        {
            if (hsm is { Module: var module } && !File.Exists(module))
                yield return $"{key}.module: there is no file {module}";
        }
        if (options.LogFile is { } log && !Directory.Exists(Path.GetDirectoryName(log)))
            yield return $"log.file: there is no folder {Path.GetDirectoryName(log)}";
    }

    private static StartRefusedException Refuse(string path, IEnumerable<string> errors) =>
        new(ExitCode.BadOptions, $"The options file {path} has errors:{string.Concat(errors.Select(e => $"\n  {e}"))}\n", "Correct them; config/node.example.yaml explains every option.");
}
