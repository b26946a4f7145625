using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using MpcSigner.Core.Encodings;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>What became of a module in a process of its own.</summary>
public enum ProbeOutcome
{
    /// <summary>Loaded, initialised, its tokens listed, ended.</summary>
    Usable,

    /// <summary>It was refused, or refused itself, in an orderly way.</summary>
    Refused,

    /// <summary>It ended the process.</summary>
    Crashed,

    /// <summary>It did not come to an end in time.</summary>
    Hung,
}

/// <summary>What a probe found.</summary>
/// <param name="Outcome">Which.</param>
/// <param name="Path">The module.</param>
/// <param name="Detail">A sentence.</param>
/// <param name="NextStep">What to do; empty when it is usable.</param>
/// <param name="Signal">The signal that ended the process; null if none did.</param>
/// <param name="Module">What the module says of itself; null unless it is usable.</param>
public sealed record ProbeReport(ProbeOutcome Outcome, string Path, string Detail, string NextStep, int? Signal, ModuleDescription? Module)
{
    /// <summary>Refuses to load a module that is not usable.</summary>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.ModuleUnusable"/>, with the report's words.</exception>
    public void ThrowUnlessUsable()
    {
        if (Outcome is not ProbeOutcome.Usable)
            throw new Pkcs11Exception(Pkcs11Failure.ModuleUnusable, null, Detail, NextStep);
    }
}

/// <summary>The program that is started for a probe.</summary>
/// <param name="Executable">The host's own, as a rule: <see cref="Environment.ProcessPath"/>.</param>
/// <param name="Arguments">Its hidden verb; the module's path is put behind. The verb calls <see cref="ModuleProbe.RunChild"/>.</param>
public sealed record ProbeProgram(string Executable, IReadOnlyList<string> Arguments);

/// <summary>The line that the child writes. A module prints to the same output, so it is read like anything from outside.</summary>
internal sealed record ProbeLine(bool Usable, string Detail, string NextStep, ModuleDescription? Module)
{
    /// <summary>What there is to say of a module has some hundred characters.</summary>
    internal const int MaxJsonLength = 16_384;

    /// <summary>False unless it is one such object, with texts that can be shown as they are.</summary>
    internal static bool TryRead(string json, [NotNullWhen(true)] out ProbeLine? line)
    {
        line = null;
        if (json.Length > MaxJsonLength)
            return false;
        try
        {
            line = JsonSerializer.Deserialize(json, ProbeLineContext.Default.ProbeLine);
        }
        catch (JsonException)
        {
            return false;
        }
        // The deserialiser leaves null what the object does not hold.
        if (line is not { Detail: not null, NextStep: not null } || !OneLine.Holds(line.Detail) || !OneLine.Holds(line.NextStep) || (line.Usable && line.Module is null)
            || (line.Module is { } module && !Shows(module.Manufacturer, module.Library, module.LibraryVersion, module.CryptokiVersion)))
            line = null;
        return line is not null;
    }

    private static bool Shows(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is null || !OneLine.Holds(text))
                return false;
        }
        return true;
    }
}

[JsonSerializable(typeof(ProbeLine))]
internal sealed partial class ProbeLineContext : JsonSerializerContext;
