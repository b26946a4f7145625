namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>A value that the test knows and that a node must keep: test processes only.</summary>
/// <param name="Name">For reports: the value itself is never printed.</param>
internal sealed record Secret(string Name, byte[] Bytes);

/// <summary>A value in one of the forms in which it could lie somewhere.</summary>
internal sealed record Form(string Value, string Encoding, byte[] Pattern);
