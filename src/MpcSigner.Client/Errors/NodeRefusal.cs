namespace MpcSigner.Client;

/// <summary>What one node said, within a refusal that several nodes share in.</summary>
/// <param name="NodeId">64 lower-case hexadecimal digits.</param>
/// <param name="NodeName">As the roster names the node.</param>
/// <param name="Reason">Stable code, e.g. POLICY_DENIED.</param>
/// <param name="Message">One sentence.</param>
public sealed record NodeRefusal(string NodeId, string NodeName, string Reason, string Message);
