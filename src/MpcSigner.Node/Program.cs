Console.WriteLine("mpcsigner-node");
