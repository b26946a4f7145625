using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Faults;

/// <summary>A refusal as a caller sees it: a stable code, what was wrong, what to do, and what each node said.</summary>
/// <param name="Message">One human sentence, without secrets, payloads or stack traces.</param>
/// <param name="NextStep">What the caller can do about it.</param>
public sealed record ServiceError(Reason Reason, string Message, string NextStep, IReadOnlyList<NodeReason> Nodes)
{
    public ServiceError(Reason reason, string message, string nextStep) : this(reason, message, nextStep, []) { }

    public override string ToString() => $"{Reason}: {Message} {NextStep}";
}

/// <summary>One node's answer within a refusal that several nodes share in.</summary>
public sealed record NodeReason(NodeId Node, string NodeName, Reason Reason, string Message);
