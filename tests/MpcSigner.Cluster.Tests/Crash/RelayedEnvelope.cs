using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>A sealed envelope on one leg of its way: from the coordinator to a participant, or the other way. One between two participants has two legs, over two relays.</summary>
/// <param name="Number">Its place among all that the relay was asked to count, from 0.</param>
/// <param name="ToCallee">To the node behind the relay; else from it.</param>
/// <param name="Header">As it stands in clear.</param>
/// <param name="From">Name of the node that sealed it.</param>
/// <param name="To">Name of the node that opens it.</param>
internal sealed record RelayedEnvelope(int Number, bool ToCallee, EnvelopeHeader Header, string From, string To);
