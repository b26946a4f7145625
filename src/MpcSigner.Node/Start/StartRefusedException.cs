using MpcSigner.Node.Commands;

namespace MpcSigner.Node.Start;

/// <summary>The node does not start, for a reason an operator can act on.</summary>
/// <param name="code">The process's exit code.</param>
/// <param name="message">What is wrong.</param>
/// <param name="nextStep">What to do about it.</param>
internal sealed class StartRefusedException(ExitCode code, string message, string nextStep, Exception? inner = null)
    : Exception($"{message} {nextStep}", inner)
{
    public ExitCode Code { get; } = code;
}
